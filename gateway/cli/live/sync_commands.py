"""Commands between the store and a live service: pull, push and check, one for each dialect.

A dialect's `RemoteApi` says what opens its service and where it is; the commands are made from it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

import typer

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.migration.live.check import CheckedClient, CheckResult, check, check_one
from gateway.terminal import say
from storage import ConflictPolicy

from ..jobs import NOT_WHOLE, WRITES_AT_ONCE, Job, JobContext, JobStart, live_session, run_job
from ..options import open_store
from ..output import print_json
from ..progress import meter
from .command_parameters import (
    Parameters,
    Values,
    as_command,
    parameter_name,
    service_parameters,
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
OnConflict = Annotated[
    ConflictPolicy,
    typer.Option("--on-conflict", help="Who wins where both sides changed since they agreed."),
]
MaxChanges = Annotated[
    int | None,
    typer.Option("--max-changes", min=0, help="Stop before more clients than this change."),
]
MaxDeletes = Annotated[
    int | None,
    typer.Option(
        "--max-deletes", min=0, help="Stop if more than these are gone there; else 1 in 100, or 10."
    ),
]
Pace = Annotated[
    int | None,
    typer.Option("--per-minute", min=0, help="Calls a minute; 0 for as many as it takes."),
]
Whole = Annotated[
    bool, typer.Option("--full", help="Read everything, though an earlier pull was complete.")
]
Files = Annotated[bool, typer.Option("--documents", help="Fetch the files of the clients as well.")]
SentFiles = Annotated[
    bool, typer.Option("--documents", help="Send the files that the clients there lack as well.")
]
RaiseCounter = Annotated[
    bool,
    typer.Option("--raise-counter", help="Raise its counter of numbers above the taken ones."),
]
Delete = Annotated[
    bool, typer.Option("--delete", help="Delete there what is deleted here; else it is only told.")
]
OnlyDifferent = Annotated[
    bool, typer.Option("--only-different", help="Print only the clients that are not the same.")
]
Only = Annotated[
    str | None, typer.Option("--only", metavar="CLIENT", help="One client: its number or its id.")
]
AcceptMail = Annotated[
    bool,
    typer.Option("--accept-mail", help="Push though an old server mails those who refuse it."),
]
AtOnce = Annotated[
    int, typer.Option("--at-once", min=1, max=64, help="Clients that are told at a time.")
]
WithoutMatch = Annotated[
    bool,
    typer.Option("--without-match", help="Push beside clients there that nobody has compared."),
]

WRITING: Parameters = {
    "dry_run": (DryRun, False),
    "on_conflict": (OnConflict, ConflictPolicy.HOLD),
    "max_changes": (MaxChanges, None),
}


def add_to(app: typer.Typer) -> None:
    pull = typer.Typer(help="From a live service into the store.", no_args_is_help=True)
    push = typer.Typer(help="From the store into a live service.", no_args_is_help=True)
    compare = typer.Typer(help="Compare store and service; write nothing.", no_args_is_help=True)
    for dialect in DIALECTS:
        pull.command(dialect.name)(pull_command(dialect))
        push.command(dialect.name)(push_command(dialect))
        compare.command(dialect.name)(check_command(dialect))
    app.add_typer(pull, name="pull")
    app.add_typer(push, name="push")
    app.add_typer(compare, name="check")


def pull_command(dialect: Dialect) -> Callable[..., None]:
    def pull(**values: Any) -> None:
        job = live_job("pull", dialect, values)
        run_job(job, context_of(dialect, values))

    reading: Parameters = {"full": (Whole, False), "max_deletes": (MaxDeletes, None)}
    if dialect.remote.has_files:
        reading = {**reading, "documents": (Files, False)}
    words = f"Bring the clients of {dialect.remote.server} here: all at first,"
    parameters = {**service_parameters(dialect), **WRITING, "per_minute": (Pace, None), **reading}
    return as_command(pull, f"{words} later what has changed.", parameters)


def push_command(dialect: Dialect) -> Callable[..., None]:
    def push(**values: Any) -> None:
        job = live_job("push", dialect, values)
        run_job(job, context_of(dialect, values))

    words = f"Tell {dialect.remote.server} of the clients here: of all at first,"
    parameters = {
        **service_parameters(dialect),
        **WRITING,
        "per_minute": (Pace, None),
        "delete": (Delete, False),
        "without_match": (WithoutMatch, False),
        "accept_mail": (AcceptMail, False),
        "at_once": (AtOnce, WRITES_AT_ONCE),
    }
    if dialect.remote.takes_files:
        parameters = {**parameters, "documents": (SentFiles, False)}
    if dialect.remote.counter is not None:
        parameters = {**parameters, "raise_counter": (RaiseCounter, False)}
    return as_command(push, f"{words} later of what has changed.", parameters)


def check_command(dialect: Dialect) -> Callable[..., None]:
    def check(**values: Any) -> None:
        chosen = Chosen(values["only"], values["only_different"])
        compare(live_job("check", dialect, values), context_of(dialect, values), chosen)

    words = f"Compare the clients here with those of {dialect.remote.server}."
    parameters = {
        **service_parameters(dialect),
        "per_minute": (Pace, None),
        "only_different": (OnlyDifferent, False),
        "only": (Only, None),
    }
    return as_command(check, words, parameters)


def live_job(verb: str, dialect: Dialect, values: Values) -> Job:
    return Job(
        verb=verb,
        dialect=dialect.name,
        account=values["account"],
        url=values["url"],
        service=values["service"],
        policy=values.get("on_conflict", ConflictPolicy.HOLD),
        max_changes=values.get("max_changes"),
        max_deletes=values.get("max_deletes"),
        per_minute=values["per_minute"],
        is_whole=values.get("full", False),
        may_delete=values.get("delete", False),
        has_files=values.get("documents", False),
        is_without_match=values.get("without_match", False),
        is_mail_accepted=values.get("accept_mail", False),
        at_once=values.get("at_once", WRITES_AT_ONCE),
        raises_counter=values.get("raise_counter", False),
    )


def context_of(dialect: Dialect, values: Values) -> JobContext:
    remote = dialect.remote
    secrets = {secret.setting: values[parameter_name(secret)] for secret in remote.secrets}
    return JobContext(
        database=values["database"],
        credentials=credential_headers(dialect, values[parameter_name(remote.token)], secrets),
        as_json=values["as_json"],
        is_dry_run=values.get("dry_run", False),
    )


def credential_headers(dialect: Dialect, token: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The headers that open the service; `secrets` by the dialect's settings that they fill."""
    return dict(dialect.credentials(token, dialect.options(**secrets)))


class Chosen(NamedTuple):
    """Which clients a check prints: one, by number or id, or those that are not the same."""

    only: str | None = None
    is_only_different: bool = False


def compare(job: Job, context: JobContext, chosen: Chosen) -> None:
    """Print a line for each client with its sign, then how many there are of each.

    With `as_json` one JSON object instead. Raises typer.Exit with code 5 unless all clients are
    the same.
    """
    counts = dict.fromkeys(CheckResult, 0)
    words: dict[str, list[str]] = {result.value: [] for result in CheckResult}
    for checked in iter_checked(job, context, chosen.only):
        counts[checked.result] += 1
        if chosen.is_only_different and checked.result is CheckResult.SAME:
            continue
        if context.as_json:
            words[checked.result.value].append(words_of(checked))
        else:
            say(f"{checked.result.value} {words_of(checked)}")
    if context.as_json:
        numbers = {result.value: number for result, number in counts.items()}
        print_json({"counts": numbers, "clients": words})
    else:
        say(counts_sentence(counts))
    if counts[CheckResult.SAME] != sum(counts.values()):
        raise typer.Exit(NOT_WHOLE)


def iter_checked(job: Job, context: JobContext, only: str | None) -> Iterator[CheckedClient]:
    """Yield each client that is compared, or only the one with this number or id."""
    with (
        open_store(context.database) as store,
        meter("check", quiet=context.as_json) as progress,
    ):
        account = store.get_account(job.account)
        start = JobStart(None, progress)
        with live_session(store, account, job, context, start) as (_, sides, http):
            if only is None:
                yield from check(sides, http, progress.update)
            else:
                yield check_one(sides, http, only)


def counts_sentence(counts: Mapping[CheckResult, int]) -> str:
    return (
        f"{counts[CheckResult.SAME]} same, {counts[CheckResult.DIFFERENT]} different,"
        f" {counts[CheckResult.ONLY_HERE]} only here,"
        f" {counts[CheckResult.ONLY_THERE]} only there,"
        f" {counts[CheckResult.ERROR]} unreadable"
    )


def words_of(checked: CheckedClient) -> str:
    words = [checked.problem or ", ".join(checked.fields)]
    notes = {
        "only in part there": checked.shortened,
        "shown otherwise there": checked.settled,
        "not shown there": checked.hidden,
    }
    words += [f"{note}: {', '.join(fields)}" for note, fields in notes.items() if fields]
    text = "; ".join(filter(None, words))
    return f"{checked.client}: {text}" if text else checked.client
