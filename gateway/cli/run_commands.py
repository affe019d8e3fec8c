"""Commands about runs of pull, push and import: list them, show one, resume one."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.migration.live.service_choice import ServiceLabels
from gateway.migration.reporting.report_page import csv_text, page
from gateway.migration.reporting.run_collection import ReportCollector
from gateway.migration.reporting.run_facts import FACT, RunFacts
from gateway.settings import DEFAULT_DATABASE
from gateway.terminal import say
from storage import Invalid, Problem, Run, RunState

from .jobs import Job, JobContext, dialect_named, run_job
from .live.sync_commands import credential_headers
from .options import AsJson, Database, open_store
from .output import print_cells, print_rows
from .report import Report, lines_of, print_report

REPORT_WRITERS = {".html": page, ".csv": csv_text}
runs_app = typer.Typer(help="Runs: what pull, push and import did.", no_args_is_help=True)

RunId = Annotated[int, typer.Argument(metavar="ID")]
TOKEN_VARIABLES = ", ".join(dialect.remote.token.variable for dialect in DIALECTS)
SECRET_VARIABLES = ", ".join(
    secret.variable for dialect in DIALECTS for secret in dialect.remote.secrets
)


@runs_app.command("list")
def list_runs(
    account: Annotated[str | None, typer.Option(help="Only those of one account.")] = None,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """List the runs, the newest first."""
    with open_store(database) as store:
        owner = store.get_account(account) if account else None
        label_of = ServiceLabels(store).label_of
        runs = store.list_runs(owner.id if owner else None)
        rows = [run_row(run, label_of(run)) for run in runs]
    print_rows("runs", rows, as_json=as_json)


@runs_app.command("show")
def show_run(
    run_id: RunId,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    kind: Annotated[
        str | None,
        typer.Option(help="Lines of a kind: lost, refused, conflict, left, notice."),
    ] = None,
) -> None:
    """Show what a run did, and what it had to say of each client."""
    with open_store(database) as store:
        run = store.get_run(run_id)
        facts = RunFacts.of(store, run)
        title = heading(run, ServiceLabels(store).label_of(run))
        lines = [
            line for line in lines_of(store, run) if line.kind != FACT and kind in (None, line.kind)
        ]
    if kind is None or as_json:
        report = Report(
            heading=title, counts=run.counts, run=run, lines=lines, note=note_of(run, facts)
        )
        print_report(report, as_json=as_json)
        return
    for line in lines:
        print_cells(line.client, line.field, line.text)


@runs_app.command("report")
def report_run(
    run_id: RunId,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file: .html to print, or .csv.")
    ],
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Write the report of a run for somebody who was not there."""
    write = REPORT_WRITERS.get(output.suffix.lower())
    if write is None:
        words = f"must end with {' or '.join(REPORT_WRITERS)}"
        raise Invalid(Problem(("output",), words))
    with open_store(database) as store:
        run = store.get_run(run_id)
        collector = ReportCollector(store, store.get_account(run.account), DIALECTS)
        text = write(collector.collect(run, lines_of(store, run)))
    output.write_text(text, encoding="utf-8", newline="")
    say(str(output))


@runs_app.command("resume")
def resume_run(
    run_id: RunId,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    token: Annotated[
        str, typer.Option(help=f"Token or key of the service; else {TOKEN_VARIABLES}.")
    ] = "",
    secret: Annotated[
        str, typer.Option(help=f"Its API secret, if it wants one; else {SECRET_VARIABLES}.")
    ] = "",
) -> None:
    """Go on with a run that was stopped or killed."""
    with open_store(database) as store:
        run = store.get_run(run_id)
        refuse_done(run)
    job = msgspec.json.decode(run.options, type=Job)
    credentials = {}
    if job.verb != "import":
        credentials = resumed_credentials(dialect_named(run.dialect), token, secret)
    context = JobContext(database=database, credentials=credentials, as_json=as_json)
    run_job(job, context, run_id)


def resumed_credentials(dialect: Dialect, token: str, secret: str) -> dict[str, str]:
    """The headers of a service, from the options or else from its environment variables."""
    remote = dialect.remote
    token = token or os.environ.get(remote.token.variable, "")
    secrets = {s.setting: secret or os.environ.get(s.variable, "") for s in remote.secrets}
    return credential_headers(dialect, token, secrets)


def refuse_done(run: Run) -> None:
    if run.state is RunState.DONE:
        raise Invalid(Problem(("run",), f"{run.id} is done: there is nothing to go on with"))


def run_row(run: Run, service: str) -> dict[str, object]:
    """Return the columns of a run in the list."""
    return {
        "id": run.id,
        "account": run.account,
        "verb": run.verb,
        "dialect": run.dialect,
        "state": run.state.value,
        "read": run.counts.get("read", 0),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "service": service,
    }


def heading(run: Run, service: str) -> str:
    return f"Run {run.id}: {run.verb} {service} for {run.account}"


def note_of(run: Run, facts: RunFacts) -> str:
    version = facts.server_version
    return f"{state_sentence(run)}{f' The service was version {version}.' if version else ''}"


def state_sentence(run: Run) -> str:
    """Say how a run ended, and how to go on with one that did not."""
    match run.state:
        case RunState.DONE:
            return "It is done."
        case RunState.STOPPED:
            return f"It stopped: {run.reason}. Go on with: gateway runs resume {run.id}"
        case RunState.RUNNING:
            return f"It is under way, or was killed. Go on with: gateway runs resume {run.id}"


def add_to(app: typer.Typer) -> None:
    app.add_typer(runs_app, name="runs")
