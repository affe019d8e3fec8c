"""Clients out of the store, as objects of a dialect: stretch by stretch, in two processes where
there are many and cores for both."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from io import BytesIO
from typing import NamedTuple

import msgspec
from msgspec import Struct, field

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import Dump
from gateway.gc_tuning import seldom_collected
from gateway.json_files.writer import Write, Writer
from gateway.migration.runs import label, remark
from gateway.migration.spooled_lines import Lines
from gateway.migration.worker_process import Answer, Worker, cores, shared
from storage import Account, Client, Store

ASKED = 2
PAGE = 1000
MANY = 20 * PAGE
"""Clients for which another process is worth its start."""
Advance = Callable[[int], None]
Open = Callable[[], Store]


class Given(Struct, kw_only=True):
    """What was written, what was left out, and what of it could not be said."""

    written: int = 0
    left: int = 0
    refused: int = 0
    lines: Lines = field(default_factory=Lines)


class Stretch(Struct, frozen=True, array_like=True):
    """Clients by their serials: those behind one, up to another if there is one."""

    after: int
    last: int | None


class Part(Struct, frozen=True, array_like=True):
    """A stretch as it is written: the objects, and the lines of what is said of them."""

    objects: bytes
    said: bytes
    written: int
    left: int


ENCODER = msgspec.msgpack.Encoder()
STRETCH = msgspec.msgpack.Decoder(Stretch)
PART = msgspec.msgpack.Decoder(Part)


def give_out(
    store: Store,
    account: Account,
    dialect: Dialect,
    write: Writer,
    tell: Advance,
    *,
    again: Open | None = None,
) -> Given:
    """Every client that the dialect's own lists would show, by serial, each of one moment.
    `again` opens the store in another process."""
    given = Given()
    source = Source(store, account, dialect.dump)
    with closing(parts(source, again)) as found, seldom_collected():
        for part in found:
            write.lines(part.objects)
            given.lines.add(part.said)
            given.written += part.written
            given.left += part.left
            tell(part.written + part.left)
    return given


class Source(NamedTuple):
    """The clients of an account, and how they are written."""

    store: Store
    account: Account
    dump: Dump

    def stretches(self) -> Iterator[Stretch]:
        """All serials that there are and may be, in their order."""
        after = 0
        while (last := self.store.end_of_stretch(self.account.id, after, PAGE)) is not None:
            yield Stretch(after, last)
            after = last
        yield Stretch(after, None)

    def question(self, piece: Stretch) -> bytes:
        return ENCODER.encode(piece)

    def done(self, _piece: Stretch, answer: bytes) -> Part:
        return PART.decode(answer)

    def here(self, piece: Stretch) -> Part:
        given, objects, after = Given(), BytesIO(), piece.after
        write = Writer(objects, "memory")
        while records := self.store.scan(self.account.id, after, PAGE, last=piece.last):
            for record in records:
                put(record, self.account, self.dump, write, given)
            after = records[-1].serial
        return Part(objects.getvalue(), given.lines.rows(), given.written, given.left)


def parts(source: Source, again: Open | None) -> Generator[Part, None, None]:
    """In the order of their serials."""
    is_much = source.store.end_of_stretch(source.account.id, 0, MANY) is not None
    if again is None or cores() == 1 or not is_much:
        yield from map(source.here, source.stretches())
        return
    with closing(Worker(answering, again, source.account, source.dump)) as worker:
        yield from shared(worker, source, source.stretches(), asked=ASKED)


def answering(again: Open, account: Account, dump: Dump) -> Answer:
    source = Source(again(), account, dump)
    return lambda question: ENCODER.encode(source.here(STRETCH.decode(question)))


def put(record: Client, account: Account, dump: Dump, write: Write, given: Given) -> None:
    if not dump.is_listed(record):
        given.left += 1
        given.lines.append(remark("left", label(record), text="is deleted"))
        return
    write(dump.write(record, account))
    given.written += 1
    if losses := dump.losses(record):
        name = label(record)
        for field_name, text in losses:
            given.lines.append(remark("lost", name, field=field_name, text=text))
