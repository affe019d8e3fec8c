"""Import of files into an account, in a run that can be resumed."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice

import msgspec
from msgspec import Struct

from dialects.base.dialect import Dialect
from gateway.gc_tuning import gc_relaxed
from gateway.json_files.reader import ReportBytes
from gateway.migration.importer import Importer, ImportOptions, run_of_import
from storage import Account, Run, StartRun, Store

from .batch_preparation import PreparedBatch
from .file_batches import ByteProgress, InputFiles
from .read_ahead import ReadStart, read_ahead

BATCHES_PER_TRANSACTION = 12
"""With more batches each batch is cheaper, but other writers wait longer for the transaction."""


class FileImport(Struct, frozen=True, kw_only=True):
    """The plan of an import of files.

    `run_options` is stored with the run, and is what it takes to resume the run.
    """

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
    """The checkpoint of an import of files: how many objects, readable or not, are processed."""

    taken: int = 0


def import_files(
    store: Store, plan: FileImport, report_bytes: ReportBytes, interrupted: Run | None = None
) -> Importer:
    """Import files, or resume an interrupted import. Return the importer with its counts.

    Raises WrongSalt, TooManyChanges, and Invalid for a file that cannot be opened.
    """
    importer = Importer(
        store, plan.account, plan.dialect, source=plan.source, options=plan.import_options
    )
    position = file_position_of(interrupted).taken
    files, progress = InputFiles(tuple(plan.paths)), ByteProgress(report_bytes)
    batches = files.iter_batches(position, progress.restart())
    start = ReadStart(files, batches, position, progress)
    with closing(read_ahead(start, plan.dialect.codec, plan.account)) as prepared, gc_relaxed():
        # A file that cannot be opened, or a wrong salt, is an error before the run starts.
        first_batch = list(islice(prepared, 1))
        with run_of_import(importer, plan, interrupted):
            for group in group_batches(chain(first_batch, prepared)):
                position += sum(batch.size for batch in group)
                checkpoint = msgspec.json.encode(FilePosition(position)).decode()
                importer.import_prepared(group, checkpoint)
    return importer


def group_batches(batches: Iterable[PreparedBatch]) -> Iterator[list[PreparedBatch]]:
    """Yield groups of batches, each for one transaction.

    If the next batch fails, the batches before it are yielded before the error is raised.
    """
    group: list[PreparedBatch] = []
    try:
        for batch in batches:
            group.append(batch)
            if len(group) == BATCHES_PER_TRANSACTION:
                yield group
                group = []
    except Exception:
        if group:
            yield group
        raise
    if group:
        yield group


def file_position_of(run: Run | None) -> FilePosition:
    """Return the position in the checkpoint of an interrupted run, else the beginning."""
    if run is None or not run.checkpoint:
        return FilePosition()
    return msgspec.json.decode(run.checkpoint, type=FilePosition)
