"""Verbs about runs: what was carried when, what it said of each client, and how to go on."""

import os
from typing import Annotated

import msgspec
import typer

from gateway.settings import DEFAULT_DATABASE
from storage import Invalid, Problem, Run, RunState

from .jobs import Job, JobContext, run_job
from .options import AsJson, Database, opened
from .output import print_rows
from .report import Report, lines_of, print_report
from .sync_commands import ninja, planado

own = typer.Typer(help="Runs: what pull, push and import did.", no_args_is_help=True)

RunId = Annotated[int, typer.Argument(metavar="ID")]
TOKENS = {"ninja": "NINJA_TOKEN", "planado": "PLANADO_KEY"}


@own.command("list")
def list_runs(
    account: Annotated[str | None, typer.Option(help="Only those of one account.")] = None,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """List the runs, the newest first."""
    with opened(database) as store:
        owner = store.get_account(account) if account else None
        rows = [row(run) for run in store.list_runs(owner.id if owner else None)]
    print_rows("runs", rows, as_json=as_json)


@own.command("show")
def show_run(
    run_id: RunId,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    kind: Annotated[
        str | None, typer.Option(help="Every line of a kind: lost, refused, conflict, kept, left.")
    ] = None,
) -> None:
    """Show what a run did, and what it had to say of each client."""
    with opened(database) as store:
        run = store.get_run(run_id)
        lines = [line for line in lines_of(store, run) if kind in (None, line.kind)]
    if kind is None or as_json:
        told = Report(
            heading=heading(run), counts=run.counts, run=run, lines=lines, note=ended(run)
        )
        print_report(told, as_json=as_json)
        return
    for line in lines:
        typer.echo("\t".join((line.client, line.field, line.text)))


@own.command("resume")
def resume_run(
    run_id: RunId,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    token: Annotated[
        str, typer.Option(help="Token or key of the service; else NINJA_TOKEN, PLANADO_KEY.")
    ] = "",
    secret: Annotated[str, typer.Option(envvar="NINJA_SECRET", help="Its API secret.")] = "",
) -> None:
    """Go on with a run that was stopped or killed."""
    with opened(database) as store:
        run = store.get_run(run_id)
        refuse_done(run)
    job = msgspec.json.decode(run.options, type=Job)
    credentials = {}
    if job.url:
        token = token or os.environ.get(TOKENS[run.dialect], "")
        credentials = ninja(token, secret) if run.dialect == "ninja" else planado(token)
    context = JobContext(database=database, credentials=credentials, as_json=as_json)
    run_job(job, context, run_id)


def refuse_done(run: Run) -> None:
    if run.state is RunState.DONE:
        raise Invalid(Problem(("run",), f"{run.id} is done: there is nothing to go on with"))


def row(run: Run) -> dict[str, object]:
    return {
        "id": run.id,
        "account": run.account,
        "verb": run.verb,
        "dialect": run.dialect,
        "state": run.state.value,
        "read": run.counts.get("read", 0),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }


def heading(run: Run) -> str:
    return f"Run {run.id}: {run.verb} {run.source} for {run.account}"


def ended(run: Run) -> str:
    match run.state:
        case RunState.DONE:
            return "It is done."
        case RunState.STOPPED:
            return f"It stopped: {run.reason}. Go on with: gateway runs resume {run.id}"
        case RunState.RUNNING:
            return f"It is under way, or was killed. Go on with: gateway runs resume {run.id}"


def add_to(app: typer.Typer) -> None:
    app.add_typer(own, name="runs")
