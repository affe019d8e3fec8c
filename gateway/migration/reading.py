"""Reading ahead: objects are understood, and new clients made ready to be stored, in a second
process while this one writes.

What that process cannot say, a failure above all, is found out here once more: so nothing differs
from reading everything here but the time it takes.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dialects.base import Dump, Loss, Told, at_hand
from storage import (
    Account,
    Client,
    ContactDraft,
    ImportClient,
    ImportContact,
    ImportGroup,
    Makers,
    Ready,
    Wanted,
    arrived,
    readied,
    wanted_of,
)

from .arriving import Piece, Read, understood
from .worker import HELD, Answer, Worker, cores, shared

ASKED = HELD - 1
FEW = 2
"""Batches for which another process is not worth its start."""


class Sent(Struct, frozen=True, array_like=True):
    """A Read on its way between processes, without its place and its bytes, which are known; of
    one that is ready, without the client."""

    problem: str = ""
    foreign_id: str = ""
    stamp: str = ""
    updated_at: datetime | None = None
    label: str = ""
    lost: tuple[Loss, ...] = ()
    groups: tuple[ImportGroup, ...] = ()
    wanted: Wanted | None = None
    ready: Ready | None = None
    client: bytes = b""
    is_drafted: bool = False


class Imported(ImportClient, frozen=True, kw_only=True):
    """An ImportClient whose contacts have lived elsewhere too."""

    contacts: tuple[ImportContact, ...] | UnsetType = UNSET


ENCODER = msgspec.msgpack.Encoder()
PIECES = msgspec.msgpack.Decoder(list[Piece])
BATCHES = msgspec.msgpack.Decoder(list[Sent])
CLIENTS = msgspec.msgpack.Decoder(Imported)
DRAFTED = msgspec.msgpack.Decoder(ImportClient)


def read_ahead(
    batches: Iterator[list[Piece]], dump: Dump, account: Account
) -> Generator[list[Read], None, None]:
    """The batches in their order. Raises WrongSalt."""
    reading = Reading(dump, account, Makers())
    first = list(islice(batches, FEW + 1))
    if len(first) <= FEW or cores() == 1:
        yield from map(reading.here, chain(first, batches))
        return
    with closing(Worker(answering, dump, account)) as worker:
        yield from shared(worker, reading, chain(first, batches), asked=ASKED)


class Reading(NamedTuple):
    """How batches are read."""

    dump: Dump
    account: Account
    makers: Makers

    def here(self, piece: list[Piece]) -> list[Read]:
        gathered = self.gathered(piece)
        return [
            self.read(one, gathered[n]) if n in gathered else self.prepared(one)
            for n, one in enumerate(piece)
        ]

    def sent(self, pieces: list[Piece]) -> list[Sent]:
        """What `read` makes of them what `here` says."""
        gathered = self.gathered(pieces)
        return [gathered.get(n) or sent(self.prepared(one)) for n, one in enumerate(pieces)]

    def gathered(self, pieces: list[Piece]) -> dict[int, Sent]:
        """By place what can be read of many at once; nearly always that is all of them."""
        found = self.dump.gather([piece.raw for piece in pieces], self.account)
        crowd = arrived(found.crowd, self.account, self.makers) if found else None
        if found is None or crowd is None:
            return {}
        told = zip(
            found.foreign_ids, found.stamps, found.updated_at, found.labels, crowd, strict=True
        )
        return {
            place: Sent("", foreign_id, stamp, updated_at, label, (), (), wanted, ready)
            for place, (foreign_id, stamp, updated_at, label, (wanted, ready)) in zip(
                found.places, told, strict=True
            )
        }

    def prepared(self, piece: Piece) -> Read:
        read = understood(piece, self.dump, self.account)
        if read.told is None:
            return read
        client = read.told.client
        ready = readied(client, self.account, self.makers)
        return Read(piece.place, read.told, raw=piece.raw, wanted=wanted_of(client), ready=ready)

    def question(self, piece: list[Piece]) -> bytes:
        return ENCODER.encode(piece)

    def done(self, piece: list[Piece], answer: bytes) -> list[Read]:
        return [self.read(p, s) for p, s in zip(piece, BATCHES.decode(answer), strict=True)]

    def read(self, piece: Piece, sent: Sent) -> Read:
        if sent.wanted is None:
            return Read(piece.place, None, sent.problem)
        told = Told(
            foreign_id=sent.foreign_id,
            stamp=sent.stamp,
            updated_at=sent.updated_at,
            label=sent.label,
            whole=self.whole(piece, sent),
            change=partial(changed_anew, piece.raw, self.dump, self.account),
            lost=sent.lost,
            groups=sent.groups,
        )
        return Read(piece.place, told, raw=piece.raw, wanted=sent.wanted, ready=sent.ready)

    def whole(self, piece: Piece, sent: Sent) -> Callable[[], ImportClient]:
        if sent.ready:
            return partial(whole_anew, piece.raw, self.dump, self.account)
        return at_hand((DRAFTED if sent.is_drafted else CLIENTS).decode(sent.client))


def whole_anew(raw: bytes, dump: Dump, account: Account) -> ImportClient:
    """Few of those that are ready do not get what they want."""
    return dump.read(raw, account).client


def changed_anew(raw: bytes, dump: Dump, account: Account, record: Client) -> ImportClient:
    """Few are here already, and what they change cannot be sent."""
    return dump.read(raw, account).change(record)


def answering(dump: Dump, account: Account) -> Answer:
    reading = Reading(dump, account, Makers())

    def answer(question: bytes) -> bytes:
        return ENCODER.encode(reading.sent(PIECES.decode(question)))

    return answer


def sent(one: Read) -> Sent:
    if one.told is None:
        return Sent(problem=one.problem)
    told, client = one.told, one.told.client
    return Sent(
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
