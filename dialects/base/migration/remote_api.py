from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from storage import Account, Client

from .losses import Loss
from .object_codec import ParsedObject


def no_files(_raw: bytes) -> tuple["RemoteFile", ...]:
    return ()


class ApiRequest(Struct, frozen=True, kw_only=True):
    """A request to a server of the API. One that is not repeatable may create a client twice."""

    method: str = "GET"
    path: str
    params: Mapping[str, str] = {}
    body: bytes = b""
    is_repeatable: bool = True


class RemoteFile(Struct, frozen=True, kw_only=True):
    """A file of a client at another server: where its bytes are, and what is said of it. `type`
    is an extension."""

    path: str
    name: str
    type: str
    size: int
    is_public: bool = True
    width: int = 0
    height: int = 0


class ObjectPage(Struct, frozen=True, kw_only=True):
    """One page of a list: objects, and the ids that they have there. `total`, where the API
    tells it, is how many there are on all pages, and `born` when each of these was made."""

    objects: tuple[bytes, ...]
    ids: tuple[str, ...]
    next_request: ApiRequest | None
    total: int | None = None
    created_at: tuple[datetime, ...] = ()


class RemoteObject(Struct, frozen=True, kw_only=True):
    """A client as the other server has it: its id there and, where it is needed to change it,
    the object itself."""

    foreign_id: str
    raw: bytes = b""


class WriteReceipt(Struct, frozen=True, kw_only=True):
    """What a server answered to a write; an empty stamp is one that it did not tell."""

    foreign_id: str
    stamp: str = ""
    updated_at: datetime | None = None


class RemoteApi(Struct, frozen=True, kw_only=True):
    """The requests by which a server of the API is read and written.

    `first` asks for the first page of all clients, or of those changed since a moment; `leaf`
    reads the answer, and `met` of an object what its client is recognised by, also where the ids
    were written with another account's salt. `one` asks for a client, `shown` takes the object
    out of the answer. `create` (under a key, where the API has keys) and `change` tell a server
    of a record, `delete` of its end. `written` reads the answer to a write; `settle` is what has
    to be asked for besides, as that answer shows, and is answered like a write. All that read
    raise Invalid for an answer that is none of this API. `lost` is what of a record these
    requests do not tell, though the API has words for it; `fixed` names the fields, as
    `differences` has them, that only a new client is told of. `per_minute` is the pace that the
    API's own documentation asks for, 0 for none. `files` are those that an object names.
    """

    list_request: Callable[[datetime | None], ApiRequest]
    read_page: Callable[[ApiRequest, bytes], ObjectPage]
    identify: Callable[[bytes, Account], ParsedObject]
    show_request: Callable[[str], ApiRequest]
    unwrap_object: Callable[[bytes], bytes]
    create_request: Callable[[Client, str, Account], ApiRequest]
    change_request: Callable[[Client, RemoteObject, Account], ApiRequest]
    delete_request: Callable[[str], ApiRequest]
    read_receipt: Callable[[bytes, RemoteObject | None, Account], WriteReceipt]
    follow_up_request: Callable[[Client, bytes], ApiRequest | None]
    unsendable_fields: Callable[[Client], tuple[Loss, ...]]
    create_only_fields: tuple[str, ...] = ()
    per_minute: int = 0
    list_files: Callable[[bytes], tuple[RemoteFile, ...]] = no_files
