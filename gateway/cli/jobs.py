"""An errand between the store and a service or files: what was asked for, and how it is run.

A run keeps its errand, so that it can be resumed; what opens the service is never in it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import typer
from msgspec import Struct

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.json_files.reader import file_size
from gateway.migration.counterparts import Sides, link_keys
from gateway.migration.files.import_files import FileImport, import_files
from gateway.migration.importer import ImportOptions
from gateway.migration.live.pull import Pull, pull
from gateway.migration.live.push import Push, push
from gateway.migration.live.push_client import PushOptions
from gateway.remote.http_client import HttpClient
from gateway.settings import Settings
from storage import Account, BlobStore, ConflictPolicy, Failure, Run, RunLine, RunState, Store

from .options import opened
from .progress import Meter, meter
from .report import Report, lines_of, print_report

NOT_WHOLE = 5
"""Exit code: done, but some clients were refused, in conflict, or different."""


class Job(Struct, frozen=True, kw_only=True, rename={"max_changes": "most_changes"}):
    """What is to be carried, from where to where, and on which terms."""

    verb: str
    dialect: str
    account: str
    url: str = ""
    files: tuple[str, ...] = ()
    policy: ConflictPolicy = ConflictPolicy.SKIP
    max_changes: int | None = None
    per_minute: int | None = None
    is_whole: bool = False
    may_delete: bool = False
    has_files: bool = False


class JobContext(Struct, frozen=True, kw_only=True):
    """How this time it is run: where the clients are, how the service is opened, and whether
    anything is kept."""

    database: str
    credentials: dict[str, str] = {}
    as_json: bool = False
    is_dry_run: bool = False

    def __repr__(self) -> str:
        """Without what opens the service."""
        return "Session(…)"


def dialect_named(name: str) -> Dialect:
    return next(dialect for dialect in DIALECTS if dialect.name == name)


def run_job(job: Job, context: JobContext, run_id: int | None = None) -> None:
    """Do it, or go on with the run of that id, and print what came of it."""
    blobs = BlobStore.at(Settings.of(context.database, os.environ).blobs) if job.has_files else None
    with opened(context.database, blobs=blobs) as store:
        account = store.get_account(job.account)
        interrupted = None if run_id is None else store.get_run(run_id)
        words = f"{job.verb} {job.dialect}"
        try:
            is_of_bytes = job.verb == "import"
            with meter(words, quiet=context.as_json, is_of_bytes=is_of_bytes) as seen:
                report = VERBS[job.verb](store, account, job, context, (interrupted, seen))
        except Failure:
            say_how_to_go_on(store, account)
            raise
    print_report(report, as_json=context.as_json)
    if not report.is_whole:
        raise typer.Exit(NOT_WHOLE)


def say_how_to_go_on(store: Store, account: Account) -> None:
    run = next(iter(store.list_runs(account.id)), None)
    if run is not None and run.state is RunState.STOPPED and run.checkpoint:
        words = f"what was done until then is kept; go on with: gateway runs resume {run.id}"
        typer.echo(words, err=True)


@contextmanager
def service(job: Job, context: JobContext, seen: Meter) -> Iterator[HttpClient]:
    dialect = dialect_named(job.dialect)
    pace = dialect.remote.per_minute if job.per_minute is None else job.per_minute
    with HttpClient(
        job.url, context.credentials, per_minute=pace, on_wait=seen.print_line
    ) as opened_one:
        yield opened_one


Step = tuple[Run | None, Meter]


def run_pull(store: Store, account: Account, job: Job, context: JobContext, step: Step) -> Report:
    interrupted, seen = step
    dialect = dialect_named(job.dialect)
    plan = Pull(
        dialect=dialect,
        keys=link_keys(DIALECTS, dialect, account),
        account=account,
        source=source_of(job),
        import_options=ImportOptions(
            policy=job.policy, max_changes=job.max_changes, has_files=job.has_files
        ),
        run_options=written(job),
        is_whole=job.is_whole,
        is_dry_run=context.is_dry_run,
    )
    with service(job, context, seen) as remote:
        done = pull(store, remote, plan, seen.update, interrupted)
    what = f"changed since {done.since:%Y-%m-%d %H:%M} UTC" if done.since else "all clients"
    heading = f"{account.name} from {job.dialect} at {job.url}, {what}:"
    arrived = done.importer
    return report_of(store, heading, arrived.run, arrived.counts, arrived.lines)


def run_push(store: Store, account: Account, job: Job, context: JobContext, step: Step) -> Report:
    interrupted, seen = step
    options = PushOptions(
        policy=job.policy, may_delete=job.may_delete, is_dry_run=context.is_dry_run
    )
    plan = Push(
        sides=sides(store, account, job),
        push_options=options,
        run_options=written(job),
        max_changes=job.max_changes,
    )
    with service(job, context, seen) as remote:
        done = push(plan, remote, seen.update, interrupted)
    heading = f"{account.name} to {job.dialect} at {job.url}:"
    return report_of(store, heading, done.run, done.counts, done.lines)


def run_import(store: Store, account: Account, job: Job, context: JobContext, step: Step) -> Report:
    interrupted, seen = step
    plan = FileImport(
        dialect=dialect_named(job.dialect),
        account=account,
        paths=job.files,
        import_options=ImportOptions(
            policy=job.policy, max_changes=job.max_changes, is_foreign=True
        ),
        run_options=written(job),
        is_dry_run=context.is_dry_run,
    )
    sizes = [file_size(path) for path in job.files]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    taken = 0

    def advance(size: int) -> None:
        nonlocal taken
        taken += size
        seen.update(taken, total)

    done = import_files(store, plan, advance, interrupted)
    heading = f"{account.name} from {' '.join(job.files)}:"
    return report_of(store, heading, done.run, done.counts, done.lines)


VERBS = {"pull": run_pull, "push": run_push, "import": run_import}


def report_of(
    store: Store, heading: str, run: Run | None, counts: dict[str, int], lines: list[RunLine]
) -> Report:
    note = "" if run else "A rehearsal: nothing was written."
    said = lines_of(store, run) if run else lines
    return Report(heading=heading, counts=counts, run=run, lines=said, note=note)


def sides(store: Store, account: Account, job: Job) -> Sides:
    dialect = dialect_named(job.dialect)
    return Sides(store, account, dialect, source_of(job), link_keys(DIALECTS, dialect, account))


def source_of(job: Job) -> str:
    return f"{job.dialect} {job.url.rstrip('/')}"


def written(job: Job) -> str:
    return msgspec.json.encode(job).decode()
