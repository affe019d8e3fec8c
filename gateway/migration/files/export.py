"""Clients out of the store, as objects of a dialect: stretch by stretch, in two processes where
there are many and cores for both."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from io import BytesIO
from typing import NamedTuple

import msgspec
from msgspec import Struct, field

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import ObjectCodec
from gateway.gc_tuning import gc_relaxed
from gateway.json_files.writer import LineWriter, WriteLine
from gateway.migration.runs import client_label, run_line
from gateway.migration.spooled_lines import SpooledLines
from gateway.migration.worker_process import Answer, Worker, cores, share_work
from storage import Account, Client, Store

ASKED = 2
PAGE = 1000
MANY = 20 * PAGE
"""Clients for which another process is worth its start."""
Advance = Callable[[int], None]
Open = Callable[[], Store]


class ExportResult(Struct, kw_only=True):
    """What was written, what was left out, and what of it could not be said."""

    written: int = 0
    left_out: int = 0
    refused: int = 0
    lines: SpooledLines = field(default_factory=SpooledLines)


class SerialRange(Struct, frozen=True, array_like=True):
    """Clients by their serials: those behind one, up to another if there is one."""

    after: int
    last: int | None


class ExportPart(Struct, frozen=True, array_like=True):
    """A stretch as it is written: the objects, and the lines of what is said of them."""

    objects: bytes
    lines: bytes
    written: int
    left_out: int


ENCODER = msgspec.msgpack.Encoder()
STRETCH = msgspec.msgpack.Decoder(SerialRange)
PART = msgspec.msgpack.Decoder(ExportPart)


def export_clients(
    store: Store,
    account: Account,
    dialect: Dialect,
    write: LineWriter,
    tell: Advance,
    *,
    again: Open | None = None,
) -> ExportResult:
    """Every client that the dialect's own lists would show, by serial, each of one moment.
    `again` opens the store in another process."""
    given = ExportResult()
    source = ExportSource(store, account, dialect.codec)
    with closing(export_parts(source, again)) as found, gc_relaxed():
        for part in found:
            write.lines(part.objects)
            given.lines.add_rows(part.lines)
            given.written += part.written
            given.left_out += part.left_out
            tell(part.written + part.left_out)
    return given


class ExportSource(NamedTuple):
    """The clients of an account, and how they are written."""

    store: Store
    account: Account
    codec: ObjectCodec

    def serial_ranges(self) -> Iterator[SerialRange]:
        """All serials that there are and may be, in their order."""
        after = 0
        while (last := self.store.last_serial_of_range(self.account.id, after, PAGE)) is not None:
            yield SerialRange(after, last)
            after = last
        yield SerialRange(after, None)

    def encode_task(self, piece: SerialRange) -> bytes:
        return ENCODER.encode(piece)

    def decode_result(self, _piece: SerialRange, answer: bytes) -> ExportPart:
        return PART.decode(answer)

    def do_here(self, piece: SerialRange) -> ExportPart:
        given, objects, after = ExportResult(), BytesIO(), piece.after
        write = LineWriter(objects, "memory")
        while records := self.store.scan_clients(self.account.id, after, PAGE, last=piece.last):
            for record in records:
                write_client(record, self.account, self.codec, write, given)
            after = records[-1].serial
        return ExportPart(
            objects.getvalue(), given.lines.dump_rows(), given.written, given.left_out
        )


def export_parts(source: ExportSource, again: Open | None) -> Generator[ExportPart, None, None]:
    """In the order of their serials."""
    is_much = source.store.last_serial_of_range(source.account.id, 0, MANY) is not None
    if again is None or cores() == 1 or not is_much:
        yield from map(source.do_here, source.serial_ranges())
        return
    with closing(Worker(export_worker, again, source.account, source.codec)) as worker:
        yield from share_work(worker, source, source.serial_ranges(), asked=ASKED)


def export_worker(again: Open, account: Account, codec: ObjectCodec) -> Answer:
    source = ExportSource(again(), account, codec)
    return lambda question: ENCODER.encode(source.do_here(STRETCH.decode(question)))


def write_client(
    record: Client, account: Account, codec: ObjectCodec, write: WriteLine, given: ExportResult
) -> None:
    if not codec.is_listed(record):
        given.left_out += 1
        given.lines.append(run_line("left", client_label(record), text="is deleted"))
        return
    write(codec.write_object(record, account))
    given.written += 1
    if losses := codec.losses(record):
        name = client_label(record)
        for field_name, text in losses:
            given.lines.append(run_line("lost", name, field=field_name, text=text))
