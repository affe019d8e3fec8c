"""Batches of objects are understood, and new clients made ready to be stored: many together where
their dialect can, the others one by one. What is made of a batch can come from another process."""

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
    """A Read on its way between processes, without its piece; of one that is ready, without the
    client."""

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
    """A crowd of a batch: the places of its clients, and of each what `Told` says."""

    positions: list[int]
    foreign_ids: list[str]
    stamps: list[str]
    updated_at: list[int]
    labels: list[str]
    prepared: PreparedColumns


class Batch(Struct, frozen=True, array_like=True):
    """So many pieces and what is made of them: of many together, and of the others, which come
    along, by their places. So many bytes of the files have been read by then."""

    bytes_read: int
    size: int
    column_batch: ColumnBatch | None
    others: dict[int, tuple[RawObject, EncodedObject]]


class Imported(ImportClient, frozen=True, kw_only=True):
    """An ImportClient whose contacts have lived elsewhere too."""

    contacts: tuple[ImportContact, ...] | UnsetType = UNSET


ENCODER = msgspec.msgpack.Encoder()
CLIENTS = msgspec.msgpack.Decoder(Imported)
DRAFTED = msgspec.msgpack.Decoder(ImportClient)


class PreparedLot(NamedTuple):
    """A batch of so many objects, read: many of them together, if there are such, and the others
    by their places. `pieces` gives all of them; all one by one takes a while."""

    reader: "BatchReader"
    number: int
    column_batch: ColumnBatch | None
    others: dict[int, ReadObject]
    raw_objects: Callable[[], list[RawObject]]

    def iter_all(self) -> list[ReadObject]:
        if self.column_batch is None:
            return [self.others[n] for n in range(self.number)]
        each = self.others | self.reader.read_columns_singly(self.raw_objects(), self.column_batch)
        return [each[n] for n in range(self.number)]


class BatchReader(NamedTuple):
    """How batches are read."""

    codec: ObjectCodec
    account: Account
    generators: Generators

    def read_lot(self, raw_objects: list[RawObject]) -> PreparedLot:
        columns = self.read_columns(raw_objects)
        others = {
            n: self.read_prepared(raw_objects[n]) for n in self.positions_left(raw_objects, columns)
        }
        return PreparedLot(self, len(raw_objects), columns, others, lambda: raw_objects)

    def encode_batch(self, raw_objects: list[RawObject], bytes_read: int) -> Batch:
        """Of what `lot` makes what `here` does."""
        columns = self.read_columns(raw_objects)
        others = {
            n: (raw_objects[n], encode_object(self.read_prepared(raw_objects[n])))
            for n in self.positions_left(raw_objects, columns)
        }
        return Batch(bytes_read, len(raw_objects), columns, others)

    def decode_batch(self, batch: Batch, raw_objects: Callable[[], list[RawObject]]) -> PreparedLot:
        others = {n: self.decode_object(*both) for n, both in batch.others.items()}
        return PreparedLot(self, batch.size, batch.column_batch, others, raw_objects)

    def positions_left(
        self, raw_objects: list[RawObject], columns: ColumnBatch | None
    ) -> list[int]:
        done = set(columns.positions) if columns else set()
        return [n for n in range(len(raw_objects)) if n not in done]

    def read_columns(self, raw_objects: list[RawObject]) -> ColumnBatch | None:
        """What can be read of many at once; nearly always that is all of them."""
        found = self.codec.read_columns(
            [raw_object.raw for raw_object in raw_objects], self.account
        )
        prepared = prepare_columns(found.clients, self.account, self.generators) if found else None
        if found is None or prepared is None:
            return None
        return ColumnBatch(
            positions=list(found.positions),
            foreign_ids=list(found.foreign_ids),
            stamps=list(found.stamps),
            updated_at=list(found.clients.clients["updated_at"]),
            labels=list(found.labels),
            prepared=prepared,
        )

    def read_columns_singly(
        self, raw_objects: list[RawObject], one: ColumnBatch
    ) -> dict[int, ReadObject]:
        """By place, each by itself."""
        crowd = zip(
            one.prepared.identifiers(), one.prepared.prepared_rows(self.account.id), strict=True
        )
        times = [EPOCH + moment * MICROSECOND for moment in one.updated_at]
        told = zip(
            one.positions, one.foreign_ids, one.stamps, times, one.labels, crowd, strict=True
        )
        return {
            n: self.decode_object(
                raw_objects[n],
                EncodedObject("", foreign_id, stamp, updated_at, label, (), (), wanted, ready),
            )
            for n, foreign_id, stamp, updated_at, label, (wanted, ready) in told
        }

    def read_prepared(self, raw_object: RawObject) -> ReadObject:
        read = read_object(raw_object, self.codec, self.account)
        if read.parsed is None:
            return read
        client = read.parsed.command
        prepared = prepare_rows(client, self.account, self.generators)
        return ReadObject(
            raw_object.position,
            read.parsed,
            raw=raw_object.raw,
            identifiers=identifiers_of(client),
            prepared=prepared,
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
        return constantly(
            (DRAFTED if encoded.is_drafted else CLIENTS).decode(encoded.encoded_command)
        )


def reread_client(raw: bytes, codec: ObjectCodec, account: Account) -> ImportClient:
    """Few of those that are ready do not get what they want."""
    return codec.read_object(raw, account).command


def reread_change(raw: bytes, codec: ObjectCodec, account: Account, record: Client) -> ImportClient:
    """Few are here already, and what they change cannot be sent."""
    return codec.read_object(raw, account).change_command(record)


def encode_object(one: ReadObject) -> EncodedObject:
    if one.parsed is None:
        return EncodedObject(problem=one.problem)
    parsed, client = one.parsed, one.parsed.command
    return EncodedObject(
        foreign_id=parsed.foreign_id,
        stamp=parsed.stamp,
        updated_at=parsed.updated_at,
        label=parsed.label,
        losses=parsed.losses,
        groups=parsed.groups,
        identifiers=one.identifiers,
        prepared=one.prepared,
        encoded_command=b"" if one.prepared else ENCODER.encode(client),
        is_drafted=not one.prepared and has_drafts(client),
    )


def has_drafts(client: ImportClient) -> bool:
    kinds = {type(contact) for contact in client.contacts or ()}
    if len(kinds) > 1:
        raise TypeError("contacts of two kinds")
    return kinds == {ContactDraft}
