"""Clients from files into the store, out of it into files, and from dialect to dialect."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain, islice

import msgspec
from msgspec import Struct, field

from dialects.base import Dialect, Told
from gateway.files import objects
from storage import (
    Account,
    Client,
    Invalid,
    Makers,
    Problem,
    Run,
    StartRun,
    Store,
    imagined,
)

from .arriving import Arriving, Piece, Read, Terms, begun, understood
from .checking import label
from .lines import Lines
from .reading import read_ahead
from .running import remark

PAGE = 1000
BATCH = 1000
"""Clients of one transaction: more of them are cheaper each, but others wait longer to write."""
SELDOM = 50_000
"""Objects that come to be, and do not go, before cycles are looked for."""
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
    with begun(arriving, plan, interrupted), seldom_collected():
        taken = done.taken
        every = chain([first] if first else [], batches)
        with closing(read_ahead(every, plan.dialect.dump, plan.account)) as ahead:
            for read in ahead:
                taken += len(read)
                arriving.lay(read, msgspec.json.encode(Place(taken)).decode())
    return arriving


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Nothing that comes by is part of a cycle; to look for one in every batch takes a tenth of
    the time."""
    kept = gc.get_threshold()
    gc.set_threshold(SELDOM, *kept[1:])
    try:
        yield
    finally:
        gc.set_threshold(*kept)


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
    lines: Lines = field(default_factory=Lines)


def give_out(
    store: Store, account: Account, dialect: Dialect, write: Write, tell: Advance
) -> Given:
    """Every client that the dialect's own lists would show, by serial, each of one moment."""
    given, after = Given(), 0
    with seldom_collected():
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
    for name, text in dialect.dump.losses(record):
        given.lines.append(remark("lost", label(record), field=name, text=text))


def convert(
    found: Iterable[Piece], account: Account, source: Dialect, target: Dialect, write: Write
) -> Given:
    """Objects of one dialect as objects of the other, without a store. Raises WrongSalt."""
    given, makers = Given(), Makers()
    for place, piece in enumerate(found, 1):
        read = understood(piece, source.dump, account)
        label_there = read.told.label if read.told else read.place
        try:
            record = imagined(told_of(read).client, account, place, makers)
        except Invalid as failure:
            given.refused += 1
            given.lines.append(remark("refused", label_there, text=str(failure)))
            continue
        for name, text in told_of(read).lost:
            given.lines.append(remark("lost", label_there, field=name, text=text))
        put(record, account, target, write, given)
    return given


def told_of(read: Read) -> Told:
    """Raises Invalid when the piece could not be read."""
    if read.told is None:
        raise Invalid(Problem((), read.problem))
    return read.told
