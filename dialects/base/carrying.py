"""How a dialect's clients travel without our server: as objects in files, and by the requests
with which another server of that API is asked and told. Pure: who sends them is not known here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from storage import Account, Client, Crowd, ImportClient, ImportGroup, Invalid

LONGEST_TEXT = 200


class StrangeId(Invalid):
    """An id that the account's salt did not write."""


class Loss(NamedTuple):
    """Something of a client that cannot come along: the field, and its text as far as it is short
    enough to be told."""

    field: str
    text: str


def no_serial(_id: str, _account: Account) -> int | None:
    return None


def no_files(_raw: bytes) -> tuple["File", ...]:
    return ()


def all_are(_record: Client) -> bool:
    return True


class Told(Struct, frozen=True, kw_only=True):
    """What one object of the API says of a client.

    `foreign_id` is its id there, `stamp` differs whenever the client has been changed there,
    `label` is what a person knows it by. `whole` is all of it, for a client that is not here;
    `change` what differs from one that is, `groups` those that it brings along. `lost` is what it
    says and no record has a place for.
    """

    foreign_id: str
    stamp: str
    updated_at: datetime | None
    label: str
    whole: Callable[[], ImportClient]
    change: Callable[[Client], ImportClient]
    lost: tuple[Loss, ...] = ()
    groups: tuple[ImportGroup, ...] = ()

    @property
    def client(self) -> ImportClient:
        return self.whole()


def at_hand(client: ImportClient) -> Callable[[], ImportClient]:
    return lambda: client


class Gathered(NamedTuple):
    """Of many objects those that can be read together, by their places: what `Told` says of each
    (nothing is lost, there are no groups), and all of them as new clients, column by column."""

    places: Sequence[int]
    foreign_ids: Sequence[str]
    stamps: Sequence[str]
    labels: Sequence[str]
    crowd: Crowd


def nobody(_objects: Sequence[bytes], _account: Account) -> Gathered | None:
    return None


class Dump(Struct, frozen=True, kw_only=True):
    """Objects of the API to records and back, nothing refused that its own server could hold.

    `id_of` is the id by which the API calls a record, `serial_of` the other way round where the
    id says so by itself. `read` raises Invalid for what is no client of this API, StrangeId for
    an id that the account's salt did not write; `gather` reads at once those of many objects, if
    there are such, of which `read` would raise none of these and tell nothing as lost.
    `differences` names the fields in which an object and a record differ, those left out that a
    server gives by itself (ids, versions, times). `losses` is what of a record the API has no words
    for; `is_listed` whether its lists show the record at all.
    """

    id_of: Callable[[Client, Account], str]
    read: Callable[[bytes, Account], Told]
    write: Callable[[Client, Account], bytes]
    differences: Callable[[bytes, Client, Account], tuple[str, ...]]
    losses: Callable[[Client], tuple[Loss, ...]]
    gather: Callable[[Sequence[bytes], Account], Gathered | None] = nobody
    serial_of: Callable[[str, Account], int | None] = no_serial
    is_listed: Callable[[Client], bool] = all_are


class Ask(Struct, frozen=True, kw_only=True):
    """A request to a server of the API. One that is not repeatable may create a client twice."""

    method: str = "GET"
    path: str
    params: Mapping[str, str] = {}
    body: bytes = b""
    is_repeatable: bool = True


class File(Struct, frozen=True, kw_only=True):
    """A file of a client at another server: where its bytes are, and what is said of it. `type`
    is an extension."""

    path: str
    name: str
    type: str
    size: int
    is_public: bool = True
    width: int = 0
    height: int = 0


class Leaf(Struct, frozen=True, kw_only=True):
    """One page of a list: objects, and the ids that they have there. `total`, where the API
    tells it, is how many there are on all pages, and `born` when each of these was made."""

    objects: tuple[bytes, ...]
    ids: tuple[str, ...]
    next: Ask | None
    total: int | None = None
    born: tuple[datetime, ...] = ()


class Counterpart(Struct, frozen=True, kw_only=True):
    """A client as the other server has it: its id there and, where it is needed to change it,
    the object itself."""

    foreign_id: str
    shown: bytes = b""


class Written(Struct, frozen=True, kw_only=True):
    """What a server answered to a write; an empty stamp is one that it did not tell."""

    foreign_id: str
    stamp: str = ""
    updated_at: datetime | None = None


class Remote(Struct, frozen=True, kw_only=True):
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

    first: Callable[[datetime | None], Ask]
    leaf: Callable[[Ask, bytes], Leaf]
    met: Callable[[bytes, Account], Told]
    one: Callable[[str], Ask]
    shown: Callable[[bytes], bytes]
    create: Callable[[Client, str, Account], Ask]
    change: Callable[[Client, Counterpart, Account], Ask]
    delete: Callable[[str], Ask]
    written: Callable[[bytes, Counterpart | None, Account], Written]
    settle: Callable[[Client, bytes], Ask | None]
    lost: Callable[[Client], tuple[Loss, ...]]
    fixed: tuple[str, ...] = ()
    per_minute: int = 0
    files: Callable[[bytes], tuple[File, ...]] = no_files


def loss(field: str, text: str) -> Loss:
    """Told in one line, and not in full when it is long."""
    line = " ".join(text.split())
    return Loss(field, line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…")
