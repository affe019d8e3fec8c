"""How a dialect's clients travel without our server: as objects in files, and by the requests
with which another server of that API is asked and told. Pure: who sends them is not known here."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from storage import Account, Client, ClientColumns, ImportClient, ImportGroup, Invalid

from .losses import Loss


class ForeignSaltId(Invalid):
    """An id that the account's salt did not write."""


def no_serial(_id: str, _account: Account) -> int | None:
    return None


def always_listed(_record: Client) -> bool:
    return True


class ParsedObject(Struct, frozen=True, kw_only=True):
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
    full_command: Callable[[], ImportClient]
    change_command: Callable[[Client], ImportClient]
    losses: tuple[Loss, ...] = ()
    groups: tuple[ImportGroup, ...] = ()

    @property
    def command(self) -> ImportClient:
        return self.full_command()


def constantly(client: ImportClient) -> Callable[[], ImportClient]:
    return lambda: client


class ParsedColumns(NamedTuple):
    """Of many objects those that can be read together, by their places: what `Told` says of each
    (nothing is lost, there are no groups), and all of them as new clients, column by column."""

    positions: Sequence[int]
    foreign_ids: Sequence[str]
    stamps: Sequence[str]
    labels: Sequence[str]
    clients: ClientColumns


def no_columns(_objects: Sequence[bytes], _account: Account) -> ParsedColumns | None:
    return None


class ObjectCodec(Struct, frozen=True, kw_only=True):
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
    read_object: Callable[[bytes, Account], ParsedObject]
    write_object: Callable[[Client, Account], bytes]
    differences: Callable[[bytes, Client, Account], tuple[str, ...]]
    losses: Callable[[Client], tuple[Loss, ...]]
    read_columns: Callable[[Sequence[bytes], Account], ParsedColumns | None] = no_columns
    serial_of: Callable[[str, Account], int | None] = no_serial
    is_listed: Callable[[Client], bool] = always_listed
