"""Reading ahead: objects are understood, and new clients made ready to be stored, in a second
process while this one writes.

What that process cannot say, a failure above all, is found out here once more: so nothing differs
from reading everything here but the time it takes.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dialects.base import Dump, Loss, Told
from storage import (
    Account,
    Client,
    ContactDraft,
    ImportClient,
    ImportContact,
    ImportGroup,
    Makers,
    Ready,
    readied,
)

from .arriving import Piece, Read, understood
from .worker import Answer, Worker, cores, shared

FEW = 2
"""Batches for which another process is not worth its start."""


class Sent(Struct, frozen=True, array_like=True):
    """A Read on its way between processes, without its place and its bytes, which are known."""

    problem: str = ""
    foreign_id: str = ""
    stamp: str = ""
    updated_at: datetime | None = None
    label: str = ""
    client: bytes = b""
    is_drafted: bool = False
    lost: tuple[Loss, ...] = ()
    groups: tuple[ImportGroup, ...] = ()
    ready: Ready | None = None


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
    reading = Reading(dump, account)
    first = list(islice(batches, FEW + 1))
    if len(first) <= FEW or cores() == 1:
        yield from map(reading.here, chain(first, batches))
        return
    with closing(Worker(answering, dump, account)) as worker:
        yield from shared(worker, reading, chain(first, batches))


def here(batch: Sequence[Piece], dump: Dump, account: Account) -> list[Read]:
    return [understood(piece, dump, account) for piece in batch]


class Reading(NamedTuple):
    """How batches are read."""

    dump: Dump
    account: Account

    def here(self, piece: list[Piece]) -> list[Read]:
        return here(piece, self.dump, self.account)

    def question(self, piece: list[Piece]) -> bytes:
        return ENCODER.encode(piece)

    def done(self, piece: list[Piece], answer: bytes) -> list[Read]:
        return [self.read(p, s) for p, s in zip(piece, BATCHES.decode(answer), strict=True)]

    def read(self, piece: Piece, sent: Sent) -> Read:
        if not sent.client:
            return Read(piece.place, None, sent.problem)
        told = Told(
            foreign_id=sent.foreign_id,
            stamp=sent.stamp,
            updated_at=sent.updated_at,
            label=sent.label,
            client=(DRAFTED if sent.is_drafted else CLIENTS).decode(sent.client),
            change=partial(changed_anew, piece.raw, self.dump, self.account),
            lost=sent.lost,
            groups=sent.groups,
        )
        return Read(piece.place, told, raw=piece.raw, ready=sent.ready)


def changed_anew(raw: bytes, dump: Dump, account: Account, record: Client) -> ImportClient:
    """Few are here already, and what they change cannot be sent."""
    return dump.read(raw, account).change(record)


def answering(dump: Dump, account: Account) -> Answer:
    makers = Makers()

    def answer(question: bytes) -> bytes:
        read = here(PIECES.decode(question), dump, account)
        return ENCODER.encode([sent(one, account, makers) for one in read])

    return answer


def sent(one: Read, account: Account, makers: Makers) -> Sent:
    if one.told is None:
        return Sent(problem=one.problem)
    told = one.told
    kinds = {type(contact) for contact in told.client.contacts or ()}
    if len(kinds) > 1:
        raise TypeError("contacts of two kinds")
    return Sent(
        foreign_id=told.foreign_id,
        stamp=told.stamp,
        updated_at=told.updated_at,
        label=told.label,
        client=ENCODER.encode(told.client),
        is_drafted=kinds == {ContactDraft},
        lost=told.lost,
        groups=told.groups,
        ready=readied(told.client, account, makers),
    )
