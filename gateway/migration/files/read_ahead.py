"""Reading ahead: a second process reads files while this one writes what is in them.

What that process cannot say, a failure above all, is found out here once more: so nothing differs
from reading everything here but the time it takes.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from dialects.base.migration.object_codec import ObjectCodec
from gateway.migration.objects import RawObject
from gateway.migration.worker_process import Answer, Worker, cores
from storage import Account, Generators

from .batch_preparation import Batch, BatchReader, PreparedLot
from .file_batches import ByteProgress, Files, Rereader

AHEAD = 16
"""Batches that the other process is asked for at once: more than are written together, so that it
is never idle."""
FEW = 2
"""Batches for which another process is not worth its start."""

ENCODER = msgspec.msgpack.Encoder()
TAKEN = msgspec.msgpack.Decoder(int)
BATCHES = msgspec.msgpack.Decoder(Batch)
ON = ENCODER.encode(0)


class ReadStart(NamedTuple):
    """Where reading begins: at the batches of these files that follow the objects taken before."""

    files: Files
    batches: Iterator[list[RawObject]]
    taken: int
    reached: ByteProgress


def read_ahead(
    begin: ReadStart, codec: ObjectCodec, account: Account
) -> Generator[PreparedLot, None, None]:
    """All batches in their order. Raises WrongSalt."""
    reading = BatchReader(codec, account, Generators())
    first = list(islice(begin.batches, FEW + 1))
    batches = chain(first, begin.batches)
    if len(first) <= FEW or cores() == 1 or not begin.files.are_lasting:
        yield from map(reading.read_lot, batches)
        return
    with closing(Worker(reader_worker, begin.files, codec, account)) as worker:
        taken = begin.taken
        # Until the other process is there nobody waits for it.
        while not worker.is_ready.is_set():
            batch = next(batches, None)
            if batch is None:
                return
            taken += len(batch)
            yield reading.read_lot(batch)
        yield from read_with_worker(worker, begin, taken, reading)


def read_with_worker(
    worker: Worker, begin: ReadStart, taken: int, reading: BatchReader
) -> Iterator[PreparedLot]:
    """The batches behind so many objects, as the other process reads them from the files."""
    worker.send_task(ENCODER.encode(taken))
    for _ in range(AHEAD - 1):
        worker.send_task(ON)
    again = Rereader(begin.files)
    while answer := worker.receive_result():
        batch = BATCHES.decode(answer)
        if not batch.size:
            return
        worker.send_task(ON)
        begin.reached.advance_to(batch.bytes_read)
        yield reading.decode_batch(batch, partial(again.reread_objects, taken, batch.size))
        taken += batch.size
    # What that process could not say is found out here.
    yield from map(reading.read_lot, begin.files.iter_batches(taken, begin.reached.restart()))


def reader_worker(files: Files, codec: ObjectCodec, account: Account) -> Answer:
    """Asked first how many objects to pass over, and then to go on; after the last batch it
    answers with an empty one."""
    reading = BatchReader(codec, account, Generators())
    batches: Iterator[list[RawObject]] | None = None
    bytes_read = 0

    def advance(size: int) -> None:
        nonlocal bytes_read
        bytes_read += size

    def answer(question: bytes) -> bytes:
        nonlocal batches
        if batches is None:
            batches = files.iter_batches(TAKEN.decode(question), advance)
        raw_objects = next(batches, [])
        return ENCODER.encode(reading.encode_batch(raw_objects, bytes_read))

    return answer
