"""Commands about files: import and export, and convert, which needs no store."""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from typing import Annotated

import typer

from gateway.json_files.reader import file_size
from gateway.json_files.writer import open_writer
from gateway.migration.files.convert import convert as convert_objects
from gateway.migration.files.export import ExportResult, export_clients
from gateway.migration.files.file_batches import iter_raw_objects
from gateway.migration.objects import RawObject
from gateway.settings import DEFAULT_DATABASE
from storage import EPOCH, Account, ClientQuery, ConflictPolicy, Store

from .jobs import NOT_WHOLE, Job, JobContext, dialect_named, run_job
from .live.sync_commands import DryRun, MaxChanges, OnConflict
from .options import AccountName, AsJson, Database, DialectName, known_dialect, open_store
from .progress import meter
from .report import Report, print_report

Out = Annotated[
    str, typer.Option("--output", "-o", help="A file, packed if it ends in .gz; `-` prints.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
STANDARD_OUTPUT = "-"
REPORT_EVERY = 1000


def import_files(  # noqa: PLR0917  typer passes by name
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="`-` is standard input.")],
    account: AccountName,
    dialect: DialectName,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    on_conflict: OnConflict = ConflictPolicy.HOLD,
    max_changes: MaxChanges = None,
) -> None:
    """Bring clients from files: one object a line, or API answers as they were saved."""
    for path in files:
        file_size(path)
    job = Job(
        verb="import",
        dialect=dialect,
        account=account,
        files=tuple(files),
        policy=on_conflict,
        max_changes=max_changes,
    )
    run_job(job, JobContext(database=database, as_json=as_json, is_dry_run=dry_run))


def export(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    dialect: DialectName,
    output: Out = STANDARD_OUTPUT,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Write the clients of an account, one object a line, and say what they could not carry."""
    with (
        open_store(database) as store,
        meter("export", quiet=as_json) as progress,
        open_writer(output, is_forced=force) as write,
    ):
        owner = store.get_account(account)
        total = store.list_clients(owner.id, ClientQuery(limit=0)).total
        done = 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            progress.update(done, total)

        reopen_store = partial(Store.at, database)
        result = export_clients(
            store, owner, dialect_named(dialect), write, advance, reopen_store=reopen_store
        )
    print_result(f"{account} to {output}:", result, output=output, as_json=as_json)


def convert(  # noqa: PLR0917  typer passes by name
    file: Annotated[str, typer.Argument(help="`-` is standard input.")],
    source: Annotated[
        str, typer.Option("--from", parser=known_dialect, help="What the file is written in.")
    ],
    target: Annotated[
        str, typer.Option("--to", parser=known_dialect, help="What it is to be written in.")
    ],
    output: Out = STANDARD_OUTPUT,
    as_json: AsJson = False,
    force: Force = False,
    hash_salt: Annotated[str, typer.Option(help="Salt of the Ninja ids.")] = "",
) -> None:
    """Write the clients of a file as another API would show them; no store is touched."""
    file_size(file)
    with meter("convert", quiet=as_json) as progress, open_writer(output, is_forced=force) as write:
        objects = with_progress(iter_raw_objects([file], lambda _size: None), progress.update)
        dialects = (dialect_named(source), dialect_named(target))
        result = convert_objects(objects, blank_account(hash_salt), *dialects, write)
    print_result(f"{file} to {output}:", result, output=output, as_json=as_json)
    if result.refused:
        raise typer.Exit(NOT_WHOLE)


def blank_account(hash_salt: str) -> Account:
    """Return an account that is in no store, with the values of a new one."""
    return Account(
        id=0,
        name="",
        hash_salt=hash_salt,
        country_id=840,
        currency_id=1,
        owner_serial=1,
        created_at=EPOCH,
    )


def with_progress(
    objects: Iterator[RawObject], report_progress: Callable[[int, int | None], None]
) -> Iterator[RawObject]:
    """Yield the objects, and report how many there were so far, every thousand."""
    for number, raw_object in enumerate(objects, 1):
        if not number % REPORT_EVERY:
            report_progress(number, None)
        yield raw_object


def print_result(heading: str, result: ExportResult, *, output: str, as_json: bool) -> None:
    """Print the report: on standard error if the clients went to standard output."""
    counts = {"written": result.written, "left": result.left_out, "refused": result.refused}
    counts = {name: number for name, number in counts.items() if number or name == "written"}
    report = Report(heading=heading, counts=counts, run=None, lines=result.lines)
    if output == STANDARD_OUTPUT:
        with redirect_stdout(sys.stderr):
            print_report(report, as_json=as_json)
    else:
        print_report(report, as_json=as_json)


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_files)
    app.command()(export)
    app.command()(convert)
