"""Clients from files into the store, out of it into files, and from dialect to dialect."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice

import msgspec
from msgspec import Struct

from dialects.base import Dialect, Told
from gateway.files import objects
from storage import (
    Account,
    Client,
    Invalid,
    Makers,
    Problem,
    Run,
    RunLine,
    StartRun,
    Store,
    imagined,
)

from .arriving import BATCH, Arriving, Piece, Read, Terms, understood
from .checking import label
from .running import remark, running, started

PAGE = 1000
Write = Callable[[bytes], None]
Advance = Callable[[int], None]


class Intake(Struct, frozen=True, kw_only=True):
    """Files that are to be imported; `options` is what the run needs to be resumed."""

    dialect: Dialect
    account: Account
    paths: Sequence[str]
    terms: Terms
    options: str = ""
    is_rehearsal: bool = False

    @property
    def source(self) -> str:
        return f"{self.dialect.name} file"

    @property
    def command(self) -> StartRun:
        name = self.dialect.name
        return StartRun(verb="import", dialect=name, source=self.source, options=self.options)


class Place(Struct, frozen=True):
    """How many pieces of the files have been taken."""

    taken: int = 0


def take_in(
    store: Store, plan: Intake, advance: Advance, interrupted: Run | None = None
) -> Arriving:
    """Raises Invalid for a file that cannot be opened, WrongSalt, TooManyChanges."""
    arriving = Arriving(store, plan.account, plan.dialect, source=plan.source, terms=plan.terms)
    done = place_of(interrupted)
    found = islice(pieces(plan.paths, advance), done.taken, None)
    batches = batched(found)
    # A file that cannot be opened, or ids of another salt, are so before there is a run.
    first = next(batches, None)
    arriving.look(first or [])
    with begun(store, plan, interrupted, arriving):
        taken = done.taken
        for batch in chain([first] if first else [], batches):
            taken += len(batch)
            arriving.take(batch, msgspec.json.encode(Place(taken)).decode())
    return arriving


def begun(
    store: Store, plan: Intake, interrupted: Run | None, arriving: Arriving
) -> AbstractContextManager[None]:
    if plan.is_rehearsal:
        return nullcontext()
    arriving.run = started(store, plan.account, plan.command, interrupted)
    arriving.counts = arriving.run.counts
    return running(store, arriving.run)


def place_of(run: Run | None) -> Place:
    return msgspec.json.decode(run.checkpoint, type=Place) if run and run.checkpoint else Place()


def pieces(paths: Iterable[str], advance: Advance) -> Iterator[Piece]:
    for path in paths:
        for line in objects(path, advance=advance):
            yield Piece(line.place, line.raw, line.problem)


def batched(found: Iterator[Piece]) -> Iterator[list[Piece]]:
    while batch := list(islice(found, BATCH)):
        yield batch


class Given(Struct, kw_only=True):
    """What was written, what was left out, and what of it could not be said."""

    written: int = 0
    left: int = 0
    refused: int = 0
    lines: list[RunLine] = []


def give_out(
    store: Store, account: Account, dialect: Dialect, write: Write, tell: Advance
) -> Given:
    """Every client that the dialect's own lists would show, by serial, each of one moment."""
    given, after = Given(lines=[]), 0
    while records := store.scan(account.id, after, PAGE):
        for record in records:
            put(record, account, dialect, write, given)
        after = records[-1].serial
        tell(len(records))
    return given


def put(record: Client, account: Account, dialect: Dialect, write: Write, given: Given) -> None:
    if not dialect.dump.is_listed(record):
        given.left += 1
        given.lines.append(remark("left", label(record), text="is deleted"))
        return
    write(dialect.dump.write(record, account))
    given.written += 1
    for field, text in dialect.dump.losses(record):
        given.lines.append(remark("lost", label(record), field=field, text=text))


def convert(
    found: Iterable[Piece], account: Account, source: Dialect, target: Dialect, write: Write
) -> Given:
    """Objects of one dialect as objects of the other, without a store. Raises WrongSalt."""
    given, makers = Given(lines=[]), Makers()
    for place, piece in enumerate(found, 1):
        read = understood(piece, source, account)
        label_there = read.told.label if read.told else read.place
        try:
            record = imagined(told_of(read).client, account, place, makers)
        except Invalid as failure:
            given.refused += 1
            given.lines.append(remark("refused", label_there, text=str(failure)))
            continue
        for field, text in told_of(read).lost:
            given.lines.append(remark("lost", label_there, field=field, text=text))
        put(record, account, target, write, given)
    return given


def told_of(read: Read) -> Told:
    """Raises Invalid when the piece could not be read."""
    if read.told is None:
        raise Invalid(Problem((), read.problem))
    return read.told
