"""The interface of the requests with which another server of an API is read and written. Pure.

The sender of the requests is in `gateway/remote/`.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from msgspec import Struct

from storage import Account, Client, Document, Group

from .field_groups import View
from .losses import Loss
from .object_codec import ParsedObject

GONE = (404, 410)


def no_files(_raw: bytes) -> tuple["RemoteFile", ...]:
    """Return no files: objects of this API name none."""
    return ()


class ApiRequest(Struct, frozen=True, kw_only=True):
    """A request to a server of the API.

    `is_repeatable` is false if a second attempt could create a second client.
    """

    method: str = "GET"
    path: str
    params: Mapping[str, str] = {}
    body: bytes = b""
    is_repeatable: bool = True


class RemoteFile(Struct, frozen=True, kw_only=True):
    """A file of a client on another server: the path of its bytes, and its metadata.

    `type` is a file extension. `width` and `height` are 0 unless the file is an image.
    """

    path: str
    name: str
    type: str
    size: int
    is_public: bool = True
    width: int = 0
    height: int = 0


class FileUpload(Struct, frozen=True, kw_only=True):
    """A form that gives a client on another server a file: where it is sent, and its parts.

    `part` is the name of the file's part. `name` is the file's name there. `type` is a MIME type.
    """

    path: str
    fields: Mapping[str, str]
    part: str
    name: str
    type: str


def no_upload(_foreign_id: str, _document: Document) -> None:
    """Return no form: a server of this API takes no files."""


class ObjectPage(Struct, frozen=True, kw_only=True):
    """One page of a list: the objects, and their ids on the other server.

    `next_request` is None on the last page. `total` is the number of objects on all pages, None
    if the API does not say it. `created_at` has one moment per object, or is empty.
    """

    objects: tuple[bytes, ...]
    ids: tuple[str, ...]
    next_request: ApiRequest | None
    total: int | None = None
    created_at: tuple[datetime, ...] = ()


class RemoteObject(Struct, frozen=True, kw_only=True):
    """A client on another server: its id there, and the object if a change request needs it."""

    foreign_id: str
    raw: bytes = b""


class WriteReceipt(Struct, frozen=True, kw_only=True):
    """The result of a write: id and change stamp of the client on the other server.

    `stamp` is empty if the answer does not contain one, `raw` if it does not show the client.
    """

    foreign_id: str
    stamp: str = ""
    raw: bytes = b""
    updated_at: datetime | None = None


class RemoteGroup(Struct, frozen=True, kw_only=True):
    """A group of clients on another server."""

    id: str
    name: str
    created_at: datetime
    is_deleted: bool = False


class GroupPage(Struct, frozen=True, kw_only=True):
    """One page of the groups of a server. `next_request` is None on the last page."""

    groups: tuple[RemoteGroup, ...]
    next_request: ApiRequest | None


class RemoteGroups(Struct, frozen=True, kw_only=True):
    """How the groups of clients on a server are read, made, and named.

    `field` is the field group in which an object names its group. `id_in` reads the id of that
    group, `with_id` puts another one in its place, and `sent_with` adds it to a request. `id_of` is
    the id that a serial of ours has in objects of the API, and `serial_of` the way back.
    """

    field: str
    list_request: Callable[[], ApiRequest]
    read_page: Callable[[ApiRequest, bytes], GroupPage]
    create_request: Callable[[Group], ApiRequest]
    read_created: Callable[[bytes], RemoteGroup]
    id_in: Callable[[bytes], str]
    with_id: Callable[[bytes, str], bytes]
    sent_with: Callable[[ApiRequest, str], ApiRequest]
    id_of: Callable[[int, Account], str]
    serial_of: Callable[[str, Account], int | None]


class CounterState(Struct, frozen=True, kw_only=True):
    """The counter of a company: the next value from which the server makes a number."""

    id: str
    value: int


class RemoteCounter(Struct, frozen=True, kw_only=True):
    """How the counter of numbers of a server is read and raised.

    `list_request` asks for the companies that the token can see, and `current_request` for its own
    one where these are several. `raise_request` is given the answer of `show_request`, and so is
    `taken_values`: the values of the counter whose numbers are taken, in order.
    """

    list_request: Callable[[], ApiRequest]
    current_request: Callable[[], ApiRequest]
    show_request: Callable[[str], ApiRequest]
    read_states: Callable[[bytes], tuple[CounterState, ...]]
    raise_request: Callable[[bytes, int], ApiRequest]
    taken_values: Callable[[bytes, tuple[str, ...]], list[int]]


def is_gone(status: int, _body: bytes) -> bool:
    """Whether an answer says, in the words of HTTP, that the object does not exist."""
    return status in GONE


def no_archive(_foreign_id: str, _is_archived: bool) -> None:
    """Return no request: this API archives no clients."""


def nothing_dropped(_here: View, _there: View) -> frozenset[str]:
    """Return no groups: a server of this API takes all of them for a new client."""
    return frozenset()


def no_second_try(_request: ApiRequest, _body: bytes) -> None:
    """Return no request: a refused creation of this API stays refused."""


def no_objection(_record: Client, _version: str) -> str:
    """Return no reason: a server of this API does with a client what it is told."""
    return ""


class Credential(Struct, frozen=True, kw_only=True):
    """A secret that opens a server of the API, as the command line asks for it.

    `option` is its command-line option, `variable` the environment variable that can hold it
    instead, `name` what the API's documentation calls it. `setting` is the field of the dialect's
    Options that it fills; the token itself fills none.
    """

    option: str
    variable: str
    name: str
    setting: str = ""


class RemoteApi(Struct, frozen=True, kw_only=True):
    """The requests by which a server of the API is read and written, and how a person names it.

    Reading. `list_request` asks for the first page of all clients, or of those changed since a
    moment; `read_page` reads the answer. `identify` reads what an object's client is matched by,
    also where another account's salt wrote the ids. `show_request` asks for one client;
    `unwrap_object` takes the object out of the answer; `is_missing` tells from status and body
    that the client does not exist there. All that read raise Invalid for an answer of another API.

    Writing. `create_request` (under an external id, where the API `has_keys`), `change_request`,
    `archive_request` and `delete_request` build one write each; `read_receipt` reads the answer to
    a write. `change_request` is given the object as it is to be, its groups that change, and the
    object as it is; it is None if no request takes these groups. `unsendable_fields` are losses of
    the requests: the API has words for these values, but a server takes them in no request, or
    trims them to nothing. `untold_groups` are the field groups that no change can tell.
    `dropped_groups` are those that a server has left out of a new client, and takes when they are
    told again; `filled_groups` those that it fills in with each write. `without_taken` is a refused
    creation without what another client there has; None if that is not why it is refused. Where a
    `objection` is why a client should not be told to a server of a version, empty if nothing speaks
    against it: people would be harmed by what that version makes of it. Where a
    client `is_read_again`, the answer to a write shows what was sent and not what is kept.

    The command line. `server` is what help texts call a server of the API, `token` and `secrets`
    open it. Without a `default_url` the caller must give one. `per_minute` is the pace that the
    API's own documentation asks for, 0 for none.

    Files. `list_files` are the files that an object names. `upload_form` gives a client there a
    document of ours.

    Groups. `groups` says how groups of clients are named there, None if the API has none.

    Numbers. `counter` says how the counter of numbers is read and raised, None if there is none.
    `fresh_words` is what a new client gets there instead of what it has here, empty for nothing.
    """

    list_request: Callable[[datetime | None], ApiRequest]
    read_page: Callable[[ApiRequest, bytes], ObjectPage]
    identify: Callable[[bytes, Account], ParsedObject]
    show_request: Callable[[str], ApiRequest]
    unwrap_object: Callable[[bytes], bytes]
    create_request: Callable[[Client, str, Account], ApiRequest]
    change_request: Callable[[bytes, Collection[str], RemoteObject], ApiRequest | None]
    delete_request: Callable[[str], ApiRequest]
    read_receipt: Callable[[bytes, RemoteObject | None, Account], WriteReceipt]
    unsendable_fields: Callable[[Client], tuple[Loss, ...]]
    server: str
    token: Credential
    secrets: tuple[Credential, ...] = ()
    default_url: str = ""
    is_missing: Callable[[int, bytes], bool] = is_gone
    archive_request: Callable[[str, bool], ApiRequest | None] = no_archive
    dropped_groups: Callable[[View, View], frozenset[str]] = nothing_dropped
    untold_groups: frozenset[str] = frozenset()
    filled_groups: frozenset[str] = frozenset()
    without_taken: Callable[[ApiRequest, bytes], ApiRequest | None] = no_second_try
    objection: Callable[[Client, str], str] = no_objection
    has_keys: bool = False
    is_read_again: bool = False
    per_minute: int = 0
    list_files: Callable[[bytes], tuple[RemoteFile, ...]] = no_files
    upload_form: Callable[[str, Document], FileUpload | None] = no_upload
    groups: RemoteGroups | None = None
    counter: RemoteCounter | None = None
    fresh_words: str = ""

    @property
    def has_files(self) -> bool:
        """Whether the API names files of its clients at all."""
        return self.list_files is not no_files

    @property
    def takes_files(self) -> bool:
        """Whether a server of the API can be given the files of a client."""
        return self.upload_form is not no_upload
