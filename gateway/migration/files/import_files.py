"""Clients from files into the store, out of it into files, and from dialect to dialect."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice

import msgspec
from msgspec import Struct

from dialects.base.dialect import Dialect
from gateway.gc_tuning import gc_relaxed
from gateway.migration.importer import Importer, ImportOptions, run_of_import
from storage import Account, Run, StartRun, Store

from .batch_preparation import PreparedLot
from .file_batches import Advance, ByteProgress, Files
from .read_ahead import ReadStart, read_ahead

TOGETHER = 12
"""Batches of one transaction: more of them are cheaper each, but others wait longer to write."""


class FileImport(Struct, frozen=True, kw_only=True):
    """Files that are to be imported; `options` is what the run needs to be resumed."""

    dialect: Dialect
    account: Account
    paths: Sequence[str]
    import_options: ImportOptions
    run_options: str = ""
    is_dry_run: bool = False

    @property
    def source(self) -> str:
        return f"{self.dialect.name} file"

    @property
    def command(self) -> StartRun:
        name = self.dialect.name
        return StartRun(verb="import", dialect=name, source=self.source, options=self.run_options)


class FilePosition(Struct, frozen=True):
    """How many pieces of the files have been taken."""

    taken: int = 0


def import_files(
    store: Store, plan: FileImport, advance: Advance, interrupted: Run | None = None
) -> Importer:
    """Raises Invalid for a file that cannot be opened, WrongSalt, TooManyChanges."""
    importer = Importer(
        store, plan.account, plan.dialect, source=plan.source, options=plan.import_options
    )
    done = place_of(interrupted)
    files = Files(tuple(plan.paths))
    taken, reached = done.taken, ByteProgress(advance)
    begin = ReadStart(files, files.iter_batches(taken, reached.restart()), taken, reached)
    with closing(read_ahead(begin, plan.dialect.codec, plan.account)) as ahead, gc_relaxed():
        # A file that cannot be opened, or ids of another salt, are so before there is a run.
        first = list(islice(ahead, 1))
        with run_of_import(importer, plan, interrupted):
            for lots in group_batches(chain(first, ahead)):
                taken += sum(lot.number for lot in lots)
                importer.import_lots(lots, msgspec.json.encode(FilePosition(taken)).decode())
    return importer


def group_batches(ahead: Iterable[PreparedLot]) -> Iterator[list[PreparedLot]]:
    """Batches of one transaction; those before a failure are not held up by it."""
    held: list[PreparedLot] = []
    try:
        for lot in ahead:
            held.append(lot)
            if len(held) == TOGETHER:
                yield held
                held = []
    except Exception:
        if held:
            yield held
        raise
    if held:
        yield held


def place_of(run: Run | None) -> FilePosition:
    return (
        msgspec.json.decode(run.checkpoint, type=FilePosition)
        if run and run.checkpoint
        else FilePosition()
    )
