"""Reading ahead: objects are understood in a second process while this one writes.

What that process cannot say, a failure above all, is found out here once more: so nothing differs
from reading everything here but the time it takes.
"""

import os
import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dialects.base import Dump, Loss, Told
from storage import Account, Client, ContactDraft, ImportClient, ImportContact, ImportGroup

from .arriving import Piece, Read, understood

FEW = 2
"""Batches that are read before another process is worth its start."""


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


class Imported(ImportClient, frozen=True, kw_only=True):
    """An ImportClient whose contacts have lived elsewhere too."""

    contacts: tuple[ImportContact, ...] | UnsetType = UNSET


ENCODER = msgspec.msgpack.Encoder()
BATCHES = msgspec.msgpack.Decoder(list[Sent])
CLIENTS = msgspec.msgpack.Decoder(Imported)
DRAFTED = msgspec.msgpack.Decoder(ImportClient)


def read_ahead(
    batches: Iterator[list[Piece]], dump: Dump, account: Account
) -> Generator[list[Read], None, None]:
    """The batches in their order. Raises WrongSalt."""
    for batch in islice(batches, FEW):
        yield here(batch, dump, account)
    first = next(batches, None)
    if first is None:
        return
    rest = chain([first], batches)
    if cores() == 1:
        yield from (here(batch, dump, account) for batch in rest)
        return
    # One is enough: to write takes longer than to read.
    reader = Reader(dump, account)
    try:
        yield from through(reader, rest)
    finally:
        reader.close()


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def here(batch: Sequence[Piece], dump: Dump, account: Account) -> list[Read]:
    return [understood(piece, dump, account) for piece in batch]


class Reader:
    """Another process, asked for one batch at a time; it ends when its caller does."""

    def __init__(self, dump: Dump, account: Account) -> None:
        self.dump = dump
        self.account = account
        context = get_context("spawn")
        self.line, end = context.Pipe()
        self.process = context.Process(target=serve, args=(end, dump, account), daemon=True)
        self.process.start()
        end.close()
        self.is_ready = False

    def is_awake(self) -> bool:
        """Whether it has started, which takes as long as to read some batches."""
        if not self.is_ready and self.line.poll():
            self.receive()
            self.is_ready = True
        return self.is_ready

    def ask(self, batch: Sequence[Piece]) -> None:
        with suppress(OSError):
            self.line.send_bytes(ENCODER.encode(batch))

    def answer(self, batch: Sequence[Piece]) -> list[Read]:
        with suppress(msgspec.MsgspecError):
            if told := self.receive():
                pairs = zip(batch, BATCHES.decode(told), strict=True)
                return [self.read(piece, sent) for piece, sent in pairs]
        return here(batch, self.dump, self.account)

    def receive(self) -> bytes:
        """Nothing from a process that has ended."""
        with suppress(EOFError, OSError):
            return self.line.recv_bytes()
        return b""

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
        return Read(piece.place, told, raw=piece.raw)

    def close(self) -> None:
        self.line.close()
        self.process.terminate()
        self.process.join()


def through(reader: Reader, batches: Iterator[list[Piece]]) -> Iterator[list[Read]]:
    asked: list[Piece] = []
    for batch in batches:
        if not reader.is_awake():
            yield here(batch, reader.dump, reader.account)
            continue
        answer = reader.answer(asked) if asked else []
        reader.ask(batch)
        if asked:
            yield answer
        asked = batch
    if asked:
        yield reader.answer(asked)


def changed_anew(raw: bytes, dump: Dump, account: Account, record: Client) -> ImportClient:
    """Few are here already, and what they change cannot be sent."""
    return dump.read(raw, account).change(record)


def serve(line: Connection, dump: Dump, account: Account) -> None:
    """Whoever interrupts means the process that asks; when that one ends the line breaks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pieces = msgspec.msgpack.Decoder(list[Piece])
    with suppress(EOFError, OSError):
        line.send_bytes(b"")
        while True:
            line.send_bytes(answered(pieces.decode(line.recv_bytes()), dump, account))


def answered(batch: Sequence[Piece], dump: Dump, account: Account) -> bytes:
    """Empty when it has to be read where it was asked for: there the failure is raised."""
    try:
        return ENCODER.encode([sent(one) for one in here(batch, dump, account)])
    except Exception:  # noqa: BLE001  it happens there again
        return b""


def sent(one: Read) -> Sent:
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
    )
