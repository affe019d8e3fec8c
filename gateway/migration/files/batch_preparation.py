"""Batches of objects are understood, and new clients made ready to be stored: many together where
their dialect can, the others one by one. What is made of a batch can come from another process."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dialects.base.migration.losses import Loss
from dialects.base.migration.object_codec import ObjectCodec, ParsedObject, constantly
from gateway.migration.objects import RawObject, ReadObject, read_object
from storage import (
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

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EncodedObject(Struct, frozen=True, array_like=True):
    """A Read on its way between processes, without its piece; of one that is ready, without the
    client."""

    problem: str = ""
    foreign_id: str = ""
    stamp: str = ""
    updated_at: datetime | None = None
    label: str = ""
    lost: tuple[Loss, ...] = ()
    groups: tuple[ImportGroup, ...] = ()
    wanted: Identifiers | None = None
    ready: PreparedRows | None = None
    client: bytes = b""
    is_drafted: bool = False


class ColumnBatch(Struct, frozen=True, array_like=True):
    """A crowd of a batch: the places of its clients, and of each what `Told` says."""

    places: list[int]
    foreign_ids: list[str]
    stamps: list[str]
    updated_at: list[int]
    labels: list[str]
    crowd: PreparedColumns


class Batch(Struct, frozen=True, array_like=True):
    """So many pieces and what is made of them: of many together, and of the others, which come
    along, by their places. So many bytes of the files have been read by then."""

    bytes_read: int
    number: int
    together: ColumnBatch | None
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

    reading: "BatchReader"
    number: int
    together: ColumnBatch | None
    others: dict[int, ReadObject]
    pieces: Callable[[], list[RawObject]]

    def everybody(self) -> list[ReadObject]:
        if self.together is None:
            return [self.others[n] for n in range(self.number)]
        each = self.others | self.reading.apart(self.pieces(), self.together)
        return [each[n] for n in range(self.number)]


class BatchReader(NamedTuple):
    """How batches are read."""

    dump: ObjectCodec
    account: Account
    makers: Generators

    def here(self, pieces: list[RawObject]) -> PreparedLot:
        together = self.together(pieces)
        others = {n: self.prepared(pieces[n]) for n in self.rest(pieces, together)}
        return PreparedLot(self, len(pieces), together, others, lambda: pieces)

    def batch(self, pieces: list[RawObject], bytes_read: int) -> Batch:
        """Of what `lot` makes what `here` does."""
        together = self.together(pieces)
        others = {
            n: (pieces[n], encode_object(self.prepared(pieces[n])))
            for n in self.rest(pieces, together)
        }
        return Batch(bytes_read, len(pieces), together, others)

    def lot(self, batch: Batch, pieces: Callable[[], list[RawObject]]) -> PreparedLot:
        others = {n: self.read(*both) for n, both in batch.others.items()}
        return PreparedLot(self, batch.number, batch.together, others, pieces)

    def rest(self, pieces: list[RawObject], together: ColumnBatch | None) -> list[int]:
        done = set(together.places) if together else set()
        return [n for n in range(len(pieces)) if n not in done]

    def together(self, pieces: list[RawObject]) -> ColumnBatch | None:
        """What can be read of many at once; nearly always that is all of them."""
        found = self.dump.gather([piece.raw for piece in pieces], self.account)
        crowd = prepare_columns(found.crowd, self.account, self.makers) if found else None
        if found is None or crowd is None:
            return None
        return ColumnBatch(
            places=list(found.places),
            foreign_ids=list(found.foreign_ids),
            stamps=list(found.stamps),
            updated_at=list(found.crowd.clients["updated_at"]),
            labels=list(found.labels),
            crowd=crowd,
        )

    def apart(self, pieces: list[RawObject], one: ColumnBatch) -> dict[int, ReadObject]:
        """By place, each by itself."""
        crowd = zip(one.crowd.wanted(), one.crowd.ready(self.account.id), strict=True)
        times = [EPOCH + timedelta(microseconds=moment) for moment in one.updated_at]
        told = zip(one.places, one.foreign_ids, one.stamps, times, one.labels, crowd, strict=True)
        return {
            n: self.read(
                pieces[n],
                EncodedObject("", foreign_id, stamp, updated_at, label, (), (), wanted, ready),
            )
            for n, foreign_id, stamp, updated_at, label, (wanted, ready) in told
        }

    def prepared(self, piece: RawObject) -> ReadObject:
        read = read_object(piece, self.dump, self.account)
        if read.told is None:
            return read
        client = read.told.client
        ready = prepare_rows(client, self.account, self.makers)
        return ReadObject(
            piece.place, read.told, raw=piece.raw, wanted=identifiers_of(client), ready=ready
        )

    def read(self, piece: RawObject, sent: EncodedObject) -> ReadObject:
        if sent.wanted is None:
            return ReadObject(piece.place, None, sent.problem)
        told = ParsedObject(
            foreign_id=sent.foreign_id,
            stamp=sent.stamp,
            updated_at=sent.updated_at,
            label=sent.label,
            whole=self.whole(piece, sent),
            change=partial(reread_change, piece.raw, self.dump, self.account),
            lost=sent.lost,
            groups=sent.groups,
        )
        return ReadObject(piece.place, told, raw=piece.raw, wanted=sent.wanted, ready=sent.ready)

    def whole(self, piece: RawObject, sent: EncodedObject) -> Callable[[], ImportClient]:
        if sent.ready:
            return partial(reread_client, piece.raw, self.dump, self.account)
        return constantly((DRAFTED if sent.is_drafted else CLIENTS).decode(sent.client))


def reread_client(raw: bytes, dump: ObjectCodec, account: Account) -> ImportClient:
    """Few of those that are ready do not get what they want."""
    return dump.read(raw, account).client


def reread_change(raw: bytes, dump: ObjectCodec, account: Account, record: Client) -> ImportClient:
    """Few are here already, and what they change cannot be sent."""
    return dump.read(raw, account).change(record)


def encode_object(one: ReadObject) -> EncodedObject:
    if one.told is None:
        return EncodedObject(problem=one.problem)
    told, client = one.told, one.told.client
    return EncodedObject(
        foreign_id=told.foreign_id,
        stamp=told.stamp,
        updated_at=told.updated_at,
        label=told.label,
        lost=told.lost,
        groups=told.groups,
        wanted=one.wanted,
        ready=one.ready,
        client=b"" if one.ready else ENCODER.encode(client),
        is_drafted=not one.ready and has_drafts(client),
    )


def has_drafts(client: ImportClient) -> bool:
    kinds = {type(contact) for contact in client.contacts or ()}
    if len(kinds) > 1:
        raise TypeError("contacts of two kinds")
    return kinds == {ContactDraft}
