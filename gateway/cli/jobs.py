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


class Job(Struct, frozen=True, kw_only=True):
    """What is to be carried, from where to where, and on which terms."""

    verb: str
    dialect: str
    account: str
    url: str = ""
    files: tuple[str, ...] = ()
    policy: ConflictPolicy = ConflictPolicy.SKIP
    most_changes: int | None = None
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
    is_rehearsal: bool = False

    def __repr__(self) -> str:
        """Without what opens the service."""
        return "Session(…)"


def dialect_named(name: str) -> Dialect:
    return next(dialect for dialect in DIALECTS if dialect.name == name)


def run_job(errand: Job, session: JobContext, run_id: int | None = None) -> None:
    """Do it, or go on with the run of that id, and print what came of it."""
    blobs = (
        BlobStore.at(Settings.of(session.database, os.environ).blobs) if errand.has_files else None
    )
    with opened(session.database, blobs=blobs) as store:
        account = store.account(errand.account)
        interrupted = None if run_id is None else store.run(run_id)
        words = f"{errand.verb} {errand.dialect}"
        try:
            is_of_bytes = errand.verb == "import"
            with meter(words, quiet=session.as_json, is_of_bytes=is_of_bytes) as seen:
                report = VERBS[errand.verb](store, account, errand, session, (interrupted, seen))
        except Failure:
            say_how_to_go_on(store, account)
            raise
    print_report(report, as_json=session.as_json)
    if not report.is_whole:
        raise typer.Exit(NOT_WHOLE)


def say_how_to_go_on(store: Store, account: Account) -> None:
    run = next(iter(store.runs(account.id)), None)
    if run is not None and run.state is RunState.STOPPED and run.checkpoint:
        words = f"what was done until then is kept; go on with: gateway runs resume {run.id}"
        typer.echo(words, err=True)


@contextmanager
def service(errand: Job, session: JobContext, seen: Meter) -> Iterator[HttpClient]:
    dialect = dialect_named(errand.dialect)
    pace = dialect.remote.per_minute if errand.per_minute is None else errand.per_minute
    with HttpClient(errand.url, session.credentials, per_minute=pace, told=seen.say) as opened_one:
        yield opened_one


Step = tuple[Run | None, Meter]


def run_pull(
    store: Store, account: Account, errand: Job, session: JobContext, step: Step
) -> Report:
    interrupted, seen = step
    dialect = dialect_named(errand.dialect)
    plan = Pull(
        dialect=dialect,
        keys=link_keys(DIALECTS, dialect, account),
        account=account,
        source=source_of(errand),
        terms=ImportOptions(
            policy=errand.policy, most_changes=errand.most_changes, has_files=errand.has_files
        ),
        options=written(errand),
        is_whole=errand.is_whole,
        is_rehearsal=session.is_rehearsal,
    )
    with service(errand, session, seen) as remote:
        done = pull(store, remote, plan, seen.tell, interrupted)
    what = f"changed since {done.since:%Y-%m-%d %H:%M} UTC" if done.since else "all clients"
    heading = f"{account.name} from {errand.dialect} at {errand.url}, {what}:"
    arrived = done.arrived
    return report_of(store, heading, arrived.run, arrived.counts, arrived.lines)


def run_push(
    store: Store, account: Account, errand: Job, session: JobContext, step: Step
) -> Report:
    interrupted, seen = step
    manner = PushOptions(
        policy=errand.policy, may_delete=errand.may_delete, is_rehearsal=session.is_rehearsal
    )
    plan = Push(
        sides=sides(store, account, errand),
        manner=manner,
        options=written(errand),
        most_changes=errand.most_changes,
    )
    with service(errand, session, seen) as remote:
        done = push(plan, remote, seen.tell, interrupted)
    heading = f"{account.name} to {errand.dialect} at {errand.url}:"
    return report_of(store, heading, done.run, done.counts, done.lines)


def run_import(
    store: Store, account: Account, errand: Job, session: JobContext, step: Step
) -> Report:
    interrupted, seen = step
    plan = FileImport(
        dialect=dialect_named(errand.dialect),
        account=account,
        paths=errand.files,
        terms=ImportOptions(
            policy=errand.policy, most_changes=errand.most_changes, is_foreign=True
        ),
        options=written(errand),
        is_rehearsal=session.is_rehearsal,
    )
    sizes = [file_size(path) for path in errand.files]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    taken = 0

    def advance(size: int) -> None:
        nonlocal taken
        taken += size
        seen.tell(taken, total)

    done = import_files(store, plan, advance, interrupted)
    heading = f"{account.name} from {' '.join(errand.files)}:"
    return report_of(store, heading, done.run, done.counts, done.lines)


VERBS = {"pull": run_pull, "push": run_push, "import": run_import}


def report_of(
    store: Store, heading: str, run: Run | None, counts: dict[str, int], lines: list[RunLine]
) -> Report:
    note = "" if run else "A rehearsal: nothing was written."
    said = lines_of(store, run) if run else lines
    return Report(heading=heading, counts=counts, run=run, lines=said, note=note)


def sides(store: Store, account: Account, errand: Job) -> Sides:
    dialect = dialect_named(errand.dialect)
    return Sides(store, account, dialect, source_of(errand), link_keys(DIALECTS, dialect, account))


def source_of(errand: Job) -> str:
    return f"{errand.dialect} {errand.url.rstrip('/')}"


def written(errand: Job) -> str:
    return msgspec.json.encode(errand).decode()
