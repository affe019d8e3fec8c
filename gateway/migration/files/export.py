"""Export of an account: its clients as objects of a dialect, one JSON object per line.

The serials are split into ranges. A large account is written by two processes if there are cores
for both; the ranges stay in their order.
"""

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
from gateway.migration.worker_process import RunTask, Worker, cores, share_work
from storage import Account, Client, Store

MAX_OPEN_RANGES = 2
"""Serial ranges that the worker has at a time."""
RANGE_SIZE = 1000
"""Clients in a serial range."""
MIN_CLIENTS_FOR_WORKER = 20 * RANGE_SIZE
"""An account with fewer clients is not worth the start of a second process."""
ReportClients = Callable[[int], None]
"""Called with the number of clients since the last call."""
OpenStore = Callable[[], Store]


class ExportResult(Struct, kw_only=True):
    """The numbers of clients that were written, left out and refused, and the report lines."""

    written: int = 0
    left_out: int = 0
    refused: int = 0
    lines: SpooledLines = field(default_factory=SpooledLines)


class SerialRange(Struct, frozen=True, array_like=True):
    """The clients with serials greater than `after`, up to `last` if it is not None."""

    after: int
    last: int | None


class ExportPart(Struct, frozen=True, array_like=True):
    """The output for one serial range: the lines of objects, and the report lines."""

    objects: bytes
    lines: bytes
    written: int
    left_out: int


EXPORT_ENCODER = msgspec.msgpack.Encoder()
RANGE_DECODER = msgspec.msgpack.Decoder(SerialRange)
PART_DECODER = msgspec.msgpack.Decoder(ExportPart)


def export_clients(
    store: Store,
    account: Account,
    dialect: Dialect,
    write: LineWriter,
    report_clients: ReportClients,
    *,
    reopen_store: OpenStore | None = None,
) -> ExportResult:
    """Write every client that the lists of the dialect show, in the order of serials.

    Each client is written as of one moment; different clients may be as of different moments.
    `reopen_store` opens the store in another process. Without it there is only this process.
    """
    result = ExportResult()
    source = ExportSource(store, account, dialect.codec)
    with closing(export_parts(source, reopen_store)) as parts, gc_relaxed():
        for part in parts:
            write.lines(part.objects)
            result.lines.add_rows(part.lines)
            result.written += part.written
            result.left_out += part.left_out
            report_clients(part.written + part.left_out)
    return result


class ExportSource(NamedTuple):
    """The account that is exported, and the codec that writes its clients.

    It is the `Work` that two processes share: a task is a serial range.
    """

    store: Store
    account: Account
    codec: ObjectCodec

    def serial_ranges(self) -> Iterator[SerialRange]:
        """Yield ranges that cover all serials, in order. The last range has no end."""
        after = 0
        account_id = self.account.id
        while (last := self.store.last_serial_of_range(account_id, after, RANGE_SIZE)) is not None:
            yield SerialRange(after, last)
            after = last
        yield SerialRange(after, None)

    def encode_task(self, task: SerialRange) -> bytes:
        return EXPORT_ENCODER.encode(task)

    def decode_result(self, _task: SerialRange, encoded: bytes) -> ExportPart:
        return PART_DECODER.decode(encoded)

    def do_here(self, task: SerialRange) -> ExportPart:
        """Write the clients of a range into memory."""
        result, objects, after = ExportResult(), BytesIO(), task.after
        write = LineWriter(objects, "memory")
        while records := self.store.scan_clients(
            self.account.id, after, RANGE_SIZE, last=task.last
        ):
            for record in records:
                write_client(record, self.account, self.codec, write, result)
            after = records[-1].serial
        return ExportPart(
            objects.getvalue(), result.lines.dump_rows(), result.written, result.left_out
        )


def export_parts(
    source: ExportSource, reopen_store: OpenStore | None
) -> Generator[ExportPart, None, None]:
    """Yield the output of all serial ranges, in order: by two processes if that is worth it."""
    is_large = (
        source.store.last_serial_of_range(source.account.id, 0, MIN_CLIENTS_FOR_WORKER) is not None
    )
    if reopen_store is None or cores() == 1 or not is_large:
        yield from map(source.do_here, source.serial_ranges())
        return
    with closing(Worker(export_worker, reopen_store, source.account, source.codec)) as worker:
        yield from share_work(
            worker, source, source.serial_ranges(), max_open_tasks=MAX_OPEN_RANGES
        )


def export_worker(reopen_store: OpenStore, account: Account, codec: ObjectCodec) -> RunTask:
    """Open the store in the worker, and return the function that writes a serial range."""
    source = ExportSource(reopen_store(), account, codec)
    return lambda encoded: EXPORT_ENCODER.encode(source.do_here(RANGE_DECODER.decode(encoded)))


def write_client(
    record: Client, account: Account, codec: ObjectCodec, write: WriteLine, result: ExportResult
) -> None:
    """Write one client and add it to the result, with a report line for each loss.

    A client that the lists of the dialect do not show is left out.
    """
    if not codec.is_listed(record):
        result.left_out += 1
        result.lines.append(run_line("left", client_label(record), text="is deleted"))
        return
    write(codec.write_object(record, account))
    result.written += 1
    if losses := codec.losses(record):
        label = client_label(record)
        for field_name, text in losses:
            result.lines.append(run_line("lost", label, field=field_name, text=text))
