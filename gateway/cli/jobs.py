"""Jobs: what pull, push and import are asked to do, and how they are run.

A run stores its job, so that it can be resumed. Credentials are never part of a job.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec
import typer
from msgspec import Struct, structs

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.json_files.reader import file_size
from gateway.migration.counterparts import Sides
from gateway.migration.files.import_files import FileImport, import_files
from gateway.migration.importer import ImportOptions
from gateway.migration.link_keys import link_keys
from gateway.migration.live.mirror_forecast import calls_of_push
from gateway.migration.live.pull import Pull, pull
from gateway.migration.live.push.push_plan import FileChoice, Push, PushOptions
from gateway.migration.live.push.push_stages import push
from gateway.migration.live.service_choice import ServiceWish, service_in_use
from gateway.migration.reporting.run_facts import fact_lines
from gateway.remote.http_client import HttpClient
from gateway.settings import Settings
from gateway.terminal import say
from storage import (
    Account,
    BlobStore,
    ConflictPolicy,
    Failure,
    Run,
    RunLine,
    RunState,
    Service,
    Store,
)

from .options import open_store
from .progress import Meter, meter
from .report import Report, lines_of, print_report

WRITES_AT_ONCE = 16
"""Clients that a push tells at a time, unless the command says otherwise."""
MINUTES_OF_HOURS = 120
"""Minutes from which a forecast speaks of hours."""
NOT_WHOLE = 5
"""Exit code: done, but some clients were refused, in conflict or different."""


class Job(Struct, frozen=True, kw_only=True, rename={"max_changes": "most_changes"}):
    """What to transfer, between which account and which service or files, and with which limits."""

    verb: str
    dialect: str
    account: str
    url: str = ""
    service: str = ""
    files: tuple[str, ...] = ()
    policy: ConflictPolicy = ConflictPolicy.HOLD
    max_deletes: int | None = None
    max_changes: int | None = None
    per_minute: int | None = None
    is_whole: bool = False
    may_delete: bool = False
    has_files: bool = False
    is_without_match: bool = False
    is_mail_accepted: bool = False
    at_once: int = WRITES_AT_ONCE
    raises_counter: bool = False


class JobContext(Struct, frozen=True, kw_only=True):
    """How a job is run this time: the database, the credentials, the output, and a dry run."""

    database: str
    credentials: dict[str, str] = {}
    as_json: bool = False
    is_dry_run: bool = False

    def __repr__(self) -> str:
        """Without the credentials."""
        return "JobContext(…)"


def dialect_named(name: str) -> Dialect:
    return next(dialect for dialect in DIALECTS if dialect.name == name)


def run_job(job: Job, context: JobContext, run_id: int | None = None) -> None:
    """Run a job, or resume the run of that id, and print the report.

    Raises typer.Exit with code 5 if a client was refused or is in conflict.
    """
    blobs = BlobStore.at(Settings.of(context.database, os.environ).blobs) if job.has_files else None
    with open_store(context.database, blobs=blobs) as store:
        account = store.get_account(job.account)
        interrupted = None if run_id is None else store.get_run(run_id)
        words = f"{job.verb} {job.dialect}"
        before = store.sum_clients(account.id)
        try:
            is_of_bytes = job.verb == "import"
            with meter(words, quiet=context.as_json, is_of_bytes=is_of_bytes) as progress:
                report = VERBS[job.verb](
                    store, account, job, context, JobStart(interrupted, progress)
                )
        except Failure:
            print_how_to_resume(store, account)
            raise
        if report.run is not None:
            facts = fact_lines(before, store.sum_clients(account.id), report.server_version)
            store.add_run_lines(report.run.id, facts)
    print_report(report, as_json=context.as_json)
    if not report.is_whole:
        raise typer.Exit(NOT_WHOLE)


def print_how_to_resume(store: Store, account: Account) -> None:
    """Name the command that resumes the account's newest run, if that has stopped."""
    run = next(iter(store.list_runs(account.id)), None)
    if run is not None and run.state is RunState.STOPPED and run.checkpoint:
        words = f"what was done until then is kept; go on with: gateway runs resume {run.id}"
        say(words, err=True)


class JobStart(NamedTuple):
    """The interrupted run that a job resumes, if any, and what shows its progress."""

    interrupted: Run | None
    progress: Meter


class LiveSession(NamedTuple):
    """A job's service, both sides of the sync with it, and the open connection."""

    service: Service
    sides: Sides
    http: HttpClient


@contextmanager
def live_session(
    store: Store, account: Account, job: Job, context: JobContext, start: JobStart
) -> Iterator[LiveSession]:
    """Open the service of a job, and remember its version. Every wait for it is printed.

    Raises Invalid if it is not clear which service is meant.
    """
    dialect = dialect_named(job.dialect)
    pace = dialect.remote.per_minute if job.per_minute is None else job.per_minute
    with (
        service_in_use(store, account, wish_of(job, start.interrupted)) as service,
        HttpClient(
            service.url, context.credentials, per_minute=pace, on_wait=start.progress.print_line
        ) as http,
    ):
        yield LiveSession(service, sides_with(store, account, service), http)
        note_version(store, account, service, http)


def wish_of(job: Job, interrupted: Run | None = None) -> ServiceWish:
    source = interrupted.source if interrupted else ""
    dialect = dialect_named(job.dialect)
    return ServiceWish(dialect=dialect, url=job.url, name=job.service, source=source)


def run_pull(
    store: Store, account: Account, job: Job, context: JobContext, start: JobStart
) -> Report:
    options = ImportOptions(
        policy=job.policy,
        max_changes=job.max_changes,
        has_files=job.has_files,
        is_live=True,
        max_deletes=job.max_deletes,
    )
    with live_session(store, account, job, context, start) as (service, sides, http):
        plan = Pull(
            dialect=sides.dialect,
            keys=sides.keys,
            account=account,
            source=service.source,
            import_options=options,
            run_options=job_to_json(job),
            is_whole=job.is_whole,
            is_dry_run=context.is_dry_run,
        )
        done = pull(store, http, plan, start.progress.update, start.interrupted)
        if done.since and service.version not in {"", http.server_version}:
            # What an upgraded server shows of clients that nobody has edited is no change there.
            done = pull(store, http, structs.replace(plan, is_whole=True), start.progress.update)
    what = f"changed since {done.since:%Y-%m-%d %H:%M} UTC" if done.since else "all clients"
    heading = f"{account.name} from {service.label}, {what}:"
    importer = done.importer
    report = report_of(store, heading, importer.run, importer.counts, importer.lines)
    return structs.replace(report, server_version=http.server_version)


def run_push(
    store: Store, account: Account, job: Job, context: JobContext, start: JobStart
) -> Report:
    options = PushOptions(
        policy=job.policy,
        may_delete=job.may_delete,
        is_dry_run=context.is_dry_run,
        is_without_match=job.is_without_match,
        is_mail_accepted=job.is_mail_accepted,
        at_once=job.at_once,
        raises_counter=job.raises_counter,
        files=FileChoice.SEND if job.has_files else FileChoice.COUNT,
    )
    with live_session(store, account, job, context, start) as (service, sides, http):
        plan = Push(
            sides=sides,
            push_options=options,
            run_options=job_to_json(job),
            max_changes=job.max_changes,
        )
        done = push(plan, http, start.progress.update, start.interrupted)
    heading = f"{account.name} to {service.label}:"
    report = report_of(store, heading, done.run, done.counts, done.lines)
    if done.run is not None:
        return structs.replace(report, server_version=http.server_version)
    sentence = forecast_sentence(calls_of_push(sides.dialect.remote, done.counts), http.per_minute)
    return structs.replace(report, note=f"{report.note} {sentence}")


def forecast_sentence(calls: int, per_minute: int) -> str:
    """Say what the writes of a rehearsed push would take."""
    minutes = calls / per_minute if per_minute else 0
    if minutes >= MINUTES_OF_HOURS:
        pace = f", {minutes / 60:,.1f} hours at {per_minute} a minute"
    elif minutes >= 1:
        pace = f", {minutes:,.0f} minutes at {per_minute} a minute"
    else:
        pace = ""
    return f"The writes would take {calls:,} calls{pace}."


def run_import(
    store: Store, account: Account, job: Job, context: JobContext, start: JobStart
) -> Report:
    interrupted, progress = start
    plan = FileImport(
        dialect=dialect_named(job.dialect),
        account=account,
        paths=job.files,
        import_options=ImportOptions(
            policy=job.policy, max_changes=job.max_changes, is_foreign=True
        ),
        run_options=job_to_json(job),
        is_dry_run=context.is_dry_run,
    )
    sizes = [file_size(path) for path in job.files]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    taken = 0

    def advance(size: int) -> None:
        nonlocal taken
        taken += size
        progress.update(taken, total)

    done = import_files(store, plan, advance, interrupted)
    heading = f"{account.name} from {' '.join(job.files)}:"
    return report_of(store, heading, done.run, done.counts, done.lines)


VERBS = {"pull": run_pull, "push": run_push, "import": run_import}


def report_of(
    store: Store, heading: str, run: Run | None, counts: dict[str, int], lines: list[RunLine]
) -> Report:
    note = "" if run else "A rehearsal: nothing was written."
    lines_in_order = lines_of(store, run) if run else lines
    return Report(heading=heading, counts=counts, run=run, lines=lines_in_order, note=note)


def sides_with(store: Store, account: Account, service: Service) -> Sides:
    """Return the two sides of a sync with a service."""
    dialect = dialect_named(service.dialect)
    keys = link_keys(store, account, DIALECTS, service)
    return Sides(store, account, dialect, service.source, keys)


def note_version(store: Store, account: Account, service: Service, http: HttpClient) -> None:
    """Remember what a service has said of its version, if that is new."""
    if http.server_version not in {"", service.version}:
        store.note_version(account.id, service.source, http.server_version)


def job_to_json(job: Job) -> str:
    return msgspec.json.encode(job).decode()
