"""Fast path: Reading ahead: a second process reads and prepares batches while this one imports.

How it works:

1. This process reads and prepares the first batches itself. If there are few batches, only one
   core, or a file that cannot be read twice, it reads all of them.
2. Otherwise it starts a worker, and goes on reading until the worker is ready.
3. The worker opens the files itself, skips the objects that were read already, and answers each
   task with the next batch, prepared. It always has `MAX_OPEN_BATCHES` tasks, so it is never idle.
4. A batch comes without its raw objects, except for those that were read one by one. The others
   are needed only if not all clients are new. This process then reads them from the files again.
5. If a batch fails in the worker, or the worker ends, this process reads on from that batch, and
   an error is raised here. Thus two processes differ from one only in the time they take.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from dialects.base.migration.object_codec import ObjectCodec
from gateway.migration.objects import RawObject
from gateway.migration.worker_process import RunTask, Worker, cores
from storage import Account, Generators

from .batch_preparation import BatchReader, EncodedBatch, PreparedBatch
from .file_batches import ByteProgress, InputFiles, Rereader

MAX_OPEN_BATCHES = 16
"""Batches that the worker has as tasks at a time: more than one transaction imports, so that the
worker is never idle."""
MAX_BATCHES_ALONE = 2
"""So few batches are not worth the start of a second process."""

BATCH_ENCODER = msgspec.msgpack.Encoder()
SKIP_DECODER = msgspec.msgpack.Decoder(int)
BATCH_DECODER = msgspec.msgpack.Decoder(EncodedBatch)
NEXT_BATCH = BATCH_ENCODER.encode(0)
"""The task for every batch but the first. The task for the first is the number of objects to
skip."""


class ReadStart(NamedTuple):
    """The point at which reading starts: the batches that follow the first `skip` objects."""

    files: InputFiles
    batches: Iterator[list[RawObject]]
    skip: int
    progress: ByteProgress


def read_ahead(
    start: ReadStart, codec: ObjectCodec, account: Account
) -> Generator[PreparedBatch, None, None]:
    """Yield all batches, prepared, in order. Raises WrongSalt."""
    reader = BatchReader(codec, account, Generators())
    first_batches = list(islice(start.batches, MAX_BATCHES_ALONE + 1))
    batches = chain(first_batches, start.batches)
    is_small = len(first_batches) <= MAX_BATCHES_ALONE
    if is_small or cores() == 1 or not start.files.can_reread:
        yield from map(reader.prepare_batch, batches)
        return
    with closing(Worker(reader_worker, start.files, codec, account)) as worker:
        position = start.skip
        # This process does not wait for the worker to be ready.
        while not worker.is_ready.is_set():
            batch = next(batches, None)
            if batch is None:
                return
            position += len(batch)
            yield reader.prepare_batch(batch)
        yield from read_with_worker(worker, start, position, reader)


def read_with_worker(
    worker: Worker, start: ReadStart, position: int, reader: BatchReader
) -> Iterator[PreparedBatch]:
    """Yield the batches that follow the first `position` objects, as the worker reads them."""
    worker.send_task(BATCH_ENCODER.encode(position))
    for _ in range(MAX_OPEN_BATCHES - 1):
        worker.send_task(NEXT_BATCH)
    rereader = Rereader(start.files)
    while encoded := worker.receive_result():
        batch = BATCH_DECODER.decode(encoded)
        if not batch.size:
            return
        worker.send_task(NEXT_BATCH)
        start.progress.advance_to(batch.bytes_read)
        yield reader.decode_batch(batch, partial(rereader.reread_objects, position, batch.size))
        position += batch.size
    # The worker had no result: read on here, where an error is raised.
    yield from map(
        reader.prepare_batch, start.files.iter_batches(position, start.progress.restart())
    )


def reader_worker(files: InputFiles, codec: ObjectCodec, account: Account) -> RunTask:
    """Return the function that reads and prepares the next batch, for use in the worker.

    The first task is the number of objects to skip. After the last batch the result is an empty
    batch.
    """
    reader = BatchReader(codec, account, Generators())
    batches: Iterator[list[RawObject]] | None = None
    bytes_read = 0

    def advance(size: int) -> None:
        nonlocal bytes_read
        bytes_read += size

    def read_next_batch(task: bytes) -> bytes:
        nonlocal batches
        if batches is None:
            batches = files.iter_batches(SKIP_DECODER.decode(task), advance)
        raw_objects = next(batches, [])
        return BATCH_ENCODER.encode(reader.encode_batch(raw_objects, bytes_read))

    return read_next_batch
