"""The interface by which a dialect reads and writes its clients as objects outside our server.

Objects are the JSON of one client, in files and in the lists of other servers of the API. The
requests to these servers are in `remote_api.py`. Pure: no file and no connection is opened here.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from storage import Account, Client, ClientColumns, ImportClient, ImportGroup, Invalid

from .field_groups import FieldGroups
from .losses import Loss


class ForeignSaltId(Invalid):
    """The failure for an id that another salt than the account's wrote."""


def no_serial(_id: str, _account: Account) -> int | None:
    """Return None: the ids of this API carry no serial."""
    return None


def always_listed(_record: Client) -> bool:
    """Return True: the lists of this API show every client."""
    return True


def no_shortened_fields(_raw: bytes, _record: Client, _account: Account) -> tuple[str, ...]:
    """Return none: servers of this API keep every text as it is."""
    return ()


class ParsedObject(Struct, frozen=True, kw_only=True):
    """One object of the API, parsed.

    `foreign_id` is the client's id on the other server. `stamp` is a change stamp: it differs
    after every change of the client there. `label` is a short text by which a person knows the
    client. `full_command` builds the command for a client that is not in the store;
    `change_command` builds the command with what differs from a stored client. `groups` are the
    groups that the object contains. `losses` are values that no record has a field for.
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
        """The command for a client that is not in the store."""
        return self.full_command()


def constantly(client: ImportClient) -> Callable[[], ImportClient]:
    """Return a `full_command` that always returns this command."""
    return lambda: client


class ParsedColumns(NamedTuple):
    """The objects of a batch that were read column by column, as columns of new clients.

    `positions` are the indexes of these objects in the batch. `foreign_ids`, `stamps` and `labels`
    mean the same as in `ParsedObject`. These objects have no losses and no groups.
    """

    positions: Sequence[int]
    foreign_ids: Sequence[str]
    stamps: Sequence[str]
    labels: Sequence[str]
    clients: ClientColumns


def no_columns(_objects: Sequence[bytes], _account: Account) -> ParsedColumns | None:
    """Return None: this API has no column reader, so all objects are read one by one."""
    return None


class ObjectCodec(Struct, frozen=True, kw_only=True):
    """The functions that turn objects of the API into commands, and records into objects.

    No object is refused that the API's own server could hold. `id_of` is the API's id of a record;
    `serial_of` is the serial in an id, None where ids carry none. `read_object` raises Invalid for
    an object that is no client of this API, and ForeignSaltId for an id that another salt wrote.
    `read_columns` reads many objects of a batch at once and leaves out each object for which
    `read_object` would raise or report a loss. It returns None if nothing can be read at once.
    `write_object` is the object of a record.
    `shortened_fields` names the texts of a record of which the object has only what its server
    keeps of them; they are no differences. `losses` are the values of a record for which the API
    has no field. `is_listed` is false for a record that the API's lists do not show. `groups` are
    the field groups by which two versions are compared and merged. `salt_advice` is a hint for the
    user about ids that another salt wrote, empty if there is none.
    """

    id_of: Callable[[Client, Account], str]
    read_object: Callable[[bytes, Account], ParsedObject]
    write_object: Callable[[Client, Account], bytes]
    losses: Callable[[Client], tuple[Loss, ...]]
    groups: FieldGroups
    read_columns: Callable[[Sequence[bytes], Account], ParsedColumns | None] = no_columns
    serial_of: Callable[[str, Account], int | None] = no_serial
    is_listed: Callable[[Client], bool] = always_listed
    shortened_fields: Callable[[bytes, Client, Account], tuple[str, ...]] = no_shortened_fields
    salt_advice: str = ""

    @property
    def has_serials(self) -> bool:
        """Whether ids of this API carry serials, which each server gives anew."""
        return self.serial_of is not no_serial
