"""Fast path: Batches of raw objects, parsed and prepared for the store before the transaction.

How it works:

1. The codec reads as many objects of a batch as it can at once, column by column. They become a
   column batch, which has the rows of new clients, encoded. Nearly all objects are read this way.
2. Each other object is parsed alone, and its rows are prepared alone.
3. Both can be done in another process. `encode_batch` makes there what `decode_batch` turns here
   into the same prepared batch that `prepare_batch` makes.
4. Functions cannot be sent between processes. The change command of an object, and the full
   command of an object with prepared rows, parse the raw object again when they are called. Both
   calls are rare: most clients are new and get the identifiers that they claim.
5. The clients of a column batch are read one by one only if they are not all new, and in a dry run.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dialects.base.migration.losses import Loss
from dialects.base.migration.object_codec import ObjectCodec, ParsedObject, constantly
from gateway.migration.objects import RawObject, ReadObject, read_object
from storage import (
    EPOCH,
    MICROSECOND,
    Account,
    Client,
    ContactDraft,
    Generators,
    Identifiers,
    ImportClient,
    ImportContact,
    ImportGroup,
    PreparedColumns,
    PreparedRows,
    identifiers_of,
    prepare_columns,
    prepare_rows,
)


class EncodedObject(Struct, frozen=True, array_like=True):
    """A `ReadObject` in the form in which it is sent between processes, without its raw object.

    It has `prepared` rows or the `encoded_command` of its client, never both. `is_drafted` says
    of which kind the contacts of that command are: `ContactDraft`, else `ImportContact`. An object
    without `identifiers` could not be parsed, because of its `problem`.
    """

    problem: str = ""
    foreign_id: str = ""
    stamp: str = ""
    updated_at: datetime | None = None
    label: str = ""
    losses: tuple[Loss, ...] = ()
    groups: tuple[ImportGroup, ...] = ()
    identifiers: Identifiers | None = None
    prepared: PreparedRows | None = None
    encoded_command: bytes = b""
    is_drafted: bool = False


class ColumnBatch(Struct, frozen=True, array_like=True):
    """The objects of a batch that were read column by column, with their prepared columns.

    `positions` are the indexes of these objects in the batch. The other columns have the fields of
    `ParsedObject`; `updated_at` are microseconds since 1970.
    """

    positions: list[int]
    foreign_ids: list[str]
    stamps: list[str]
    updated_at: list[int]
    labels: list[str]
    prepared: PreparedColumns


class EncodedBatch(Struct, frozen=True, array_like=True):
    """A prepared batch in the form in which it is sent between processes.

    `size` is the number of its objects. `others` are the objects outside the column batch, by
    position, with their raw objects. `bytes_read` is the position in the files after this batch.
    """

    bytes_read: int
    size: int
    column_batch: ColumnBatch | None
    others: dict[int, tuple[RawObject, EncodedObject]]


class ClientWithImportContacts(ImportClient, frozen=True, kw_only=True):
    """An `ImportClient` whose contacts are decoded as `ImportContact`, with their old ids."""

    contacts: tuple[ImportContact, ...] | UnsetType = UNSET


IMPORT_COMMAND_ENCODER = msgspec.msgpack.Encoder()
IMPORT_COMMAND_DECODER = msgspec.msgpack.Decoder(ClientWithImportContacts)
DRAFTED_COMMAND_DECODER = msgspec.msgpack.Decoder(ImportClient)


class PreparedBatch(NamedTuple):
    """A batch that is parsed and prepared: a column batch, and the other objects by position.

    `size` is the number of its objects. `raw_objects` returns all raw objects of the batch; it may
    read them from the files again.
    """

    reader: "BatchReader"
    size: int
    column_batch: ColumnBatch | None
    others: dict[int, ReadObject]
    raw_objects: Callable[[], list[RawObject]]

    def iter_all(self) -> list[ReadObject]:
        """Return all objects in order, those of the column batch one by one. This is slow."""
        objects = self.others
        if self.column_batch is not None:
            objects = objects | self.reader.split_columns(self.raw_objects(), self.column_batch)
        return [objects[n] for n in range(self.size)]


class BatchReader(NamedTuple):
    """The reader of batches: it parses and prepares raw objects, here or for another process."""

    codec: ObjectCodec
    account: Account
    generators: Generators

    def prepare_batch(self, raw_objects: list[RawObject]) -> PreparedBatch:
        """Parse and prepare a batch. Raises WrongSalt."""
        columns = self.read_columns(raw_objects)
        others = {
            n: self.prepare_object(raw_objects[n])
            for n in self.positions_left(raw_objects, columns)
        }
        return PreparedBatch(self, len(raw_objects), columns, others, lambda: raw_objects)

    def encode_batch(self, raw_objects: list[RawObject], bytes_read: int) -> EncodedBatch:
        """Parse and prepare a batch for another process. Raises WrongSalt."""
        columns = self.read_columns(raw_objects)
        others = {
            n: (raw_objects[n], encode_object(self.prepare_object(raw_objects[n])))
            for n in self.positions_left(raw_objects, columns)
        }
        return EncodedBatch(bytes_read, len(raw_objects), columns, others)

    def decode_batch(
        self, batch: EncodedBatch, raw_objects: Callable[[], list[RawObject]]
    ) -> PreparedBatch:
        """Return the prepared batch that another process has encoded.

        `raw_objects` returns the raw objects of the batch, if they are needed.
        """
        others = {n: self.decode_object(*pair) for n, pair in batch.others.items()}
        return PreparedBatch(self, batch.size, batch.column_batch, others, raw_objects)

    def positions_left(
        self, raw_objects: list[RawObject], columns: ColumnBatch | None
    ) -> list[int]:
        """Return the positions of the objects that are not in the column batch."""
        positions = set(columns.positions) if columns else set()
        return [n for n in range(len(raw_objects)) if n not in positions]

    def read_columns(self, raw_objects: list[RawObject]) -> ColumnBatch | None:
        """Return the objects that can be read at once; None if that is none of them."""
        parsed = self.codec.read_columns(
            [raw_object.raw for raw_object in raw_objects], self.account
        )
        if parsed is None:
            return None
        prepared = prepare_columns(parsed.clients, self.account, self.generators)
        if prepared is None:
            return None
        return ColumnBatch(
            positions=list(parsed.positions),
            foreign_ids=list(parsed.foreign_ids),
            stamps=list(parsed.stamps),
            updated_at=list(parsed.clients.clients["updated_at"]),
            labels=list(parsed.labels),
            prepared=prepared,
        )

    def split_columns(
        self, raw_objects: list[RawObject], columns: ColumnBatch
    ) -> dict[int, ReadObject]:
        """Return the objects of a column batch one by one, by position in the batch."""
        prepared = columns.prepared
        objects = zip(
            columns.positions,
            columns.foreign_ids,
            columns.stamps,
            [EPOCH + microseconds * MICROSECOND for microseconds in columns.updated_at],
            columns.labels,
            prepared.identifiers(),
            prepared.prepared_rows(self.account.id),
            strict=True,
        )
        return {
            n: self.decode_object(
                raw_objects[n],
                EncodedObject("", foreign_id, stamp, updated_at, label, (), (), identifiers, rows),
            )
            for n, foreign_id, stamp, updated_at, label, identifiers, rows in objects
        }

    def prepare_object(self, raw_object: RawObject) -> ReadObject:
        """Parse an object and prepare its rows. Raises WrongSalt."""
        read = read_object(raw_object, self.codec, self.account)
        if read.parsed is None:
            return read
        client = read.parsed.command
        return ReadObject(
            raw_object.position,
            read.parsed,
            raw=raw_object.raw,
            identifiers=identifiers_of(client),
            prepared=prepare_rows(client, self.account, self.generators),
        )

    def decode_object(self, raw_object: RawObject, encoded: EncodedObject) -> ReadObject:
        if encoded.identifiers is None:
            return ReadObject(raw_object.position, None, encoded.problem)
        parsed = ParsedObject(
            foreign_id=encoded.foreign_id,
            stamp=encoded.stamp,
            updated_at=encoded.updated_at,
            label=encoded.label,
            full_command=self.full_command_of(raw_object, encoded),
            change_command=partial(reread_change, raw_object.raw, self.codec, self.account),
            losses=encoded.losses,
            groups=encoded.groups,
        )
        return ReadObject(
            raw_object.position,
            parsed,
            raw=raw_object.raw,
            identifiers=encoded.identifiers,
            prepared=encoded.prepared,
        )

    def full_command_of(
        self, raw_object: RawObject, encoded: EncodedObject
    ) -> Callable[[], ImportClient]:
        if encoded.prepared:
            return partial(reread_client, raw_object.raw, self.codec, self.account)
        decoder = DRAFTED_COMMAND_DECODER if encoded.is_drafted else IMPORT_COMMAND_DECODER
        return constantly(decoder.decode(encoded.encoded_command))


def reread_client(raw: bytes, codec: ObjectCodec, account: Account) -> ImportClient:
    """Parse an object again for its full command.

    This is rare: an object has no encoded command if it has prepared rows, and nearly all prepared
    clients get the identifiers that they claim.
    """
    return codec.read_object(raw, account).command


def reread_change(raw: bytes, codec: ObjectCodec, account: Account, record: Client) -> ImportClient:
    """Parse an object again for its change command.

    This is rare: few clients exist in the store already, and a function cannot be sent between
    processes.
    """
    return codec.read_object(raw, account).change_command(record)


def encode_object(read: ReadObject) -> EncodedObject:
    if read.parsed is None:
        return EncodedObject(problem=read.problem)
    parsed, client = read.parsed, read.parsed.command
    return EncodedObject(
        foreign_id=parsed.foreign_id,
        stamp=parsed.stamp,
        updated_at=parsed.updated_at,
        label=parsed.label,
        losses=parsed.losses,
        groups=parsed.groups,
        identifiers=read.identifiers,
        prepared=read.prepared,
        encoded_command=b"" if read.prepared else IMPORT_COMMAND_ENCODER.encode(client),
        is_drafted=not read.prepared and has_drafts(client),
    )


def has_drafts(client: ImportClient) -> bool:
    """Whether the contacts are of the type `ContactDraft`. Raises TypeError for two types."""
    kinds = {type(contact) for contact in client.contacts or ()}
    if len(kinds) > 1:
        raise TypeError("contacts of two kinds")
    return kinds == {ContactDraft}
