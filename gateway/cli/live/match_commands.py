"""The command that finds the same people on both sides before a first push, and links them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.migration.live.match import (
    ProbableMatch,
    apply_decisions,
    find_probable_matches,
    write_matches,
)
from gateway.migration.live.service_choice import service_in_use

from ..jobs import Job, JobContext, JobStart, live_session, sides_with, wish_of
from ..options import open_store
from ..output import print_answer, print_rows
from ..progress import meter
from .command_parameters import Parameters, as_command, service_parameters
from .sync_commands import Pace, context_of, live_job

Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="A CSV file, in which you write yes beside the right ones."
    ),
]
Apply = Annotated[
    Path | None, typer.Option("--apply", help="Link what is confirmed in this CSV file.")
]


def match_command(dialect: Dialect) -> Callable[..., None]:
    def match(**values: Any) -> None:
        job = live_job("match", dialect, values)
        context = context_of(dialect, values)
        if values["apply"] is not None:
            link_confirmed(job, context, values["apply"])
        else:
            list_matches(job, context, values["output"])

    words = f"Find clients here and in {dialect.remote.server} that are probably the same."
    parameters: Parameters = {
        **service_parameters(dialect),
        "per_minute": (Pace, None),
        "output": (Output, None),
        "apply": (Apply, None),
    }
    return as_command(match, words, parameters)


def list_matches(job: Job, context: JobContext, output: Path | None) -> None:
    """Print the probable matches, or write them into a file for the decisions."""
    with (
        open_store(context.database) as store,
        meter("match", quiet=context.as_json) as progress,
    ):
        account = store.get_account(job.account)
        start = JobStart(None, progress)
        with live_session(store, account, job, context, start) as (_, sides, http):
            matches = find_probable_matches(sides, http, progress.update)
    if output is None:
        print_rows("matches", [match_row(match) for match in matches], as_json=context.as_json)
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        write_matches(matches, file)
    words = (
        f"{len(matches)} probable matches are in {output}: write yes beside the right ones, then"
        f" gateway match {job.dialect} --apply {output}"
    )
    print_answer({"matches": len(matches), "file": str(output)}, words, as_json=context.as_json)


def link_confirmed(job: Job, context: JobContext, path: Path) -> None:
    with open_store(context.database) as store, path.open(encoding="utf-8", newline="") as file:
        account = store.get_account(job.account)
        with service_in_use(store, account, wish_of(job)) as service:
            number = apply_decisions(sides_with(store, account, service), file)
    print_answer({"linked": number}, f"{number} clients are linked.", as_json=context.as_json)


def match_row(match: ProbableMatch) -> dict[str, object]:
    """Return the columns of a match in the list."""
    return {
        "ours": match.ours,
        "theirs": match.theirs,
        "their_id": match.their_id,
        "in_common": ", ".join(match.witnesses),
    }


def add_to(app: typer.Typer) -> None:
    matching = typer.Typer(
        help="Find the same clients on both sides, and link them.", no_args_is_help=True
    )
    for dialect in DIALECTS:
        matching.command(dialect.name)(match_command(dialect))
    app.add_typer(matching, name="match")
