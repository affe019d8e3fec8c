"""Verbs between the store and a live service, for each dialect: pull, push, check."""

from typing import Annotated

import typer

from dialects.base.dialect import Dialect
from gateway.migration.live.check import CheckedClient, CheckResult, check
from gateway.settings import DEFAULT_DATABASE
from storage import ConflictPolicy

from .jobs import NOT_WHOLE, Job, JobContext, dialect_named, run_job, service, sides
from .options import AccountName, AsJson, Database, opened
from .output import print_json
from .progress import meter

PLANADO = "https://api.planadoapp.com"

Url = Annotated[str, typer.Option("--url", help="Where the service is: scheme and host.")]
Token = Annotated[
    str, typer.Option("--token", envvar="NINJA_TOKEN", help="Its API token; better in NINJA_TOKEN.")
]
Secret = Annotated[
    str, typer.Option("--secret", envvar="NINJA_SECRET", help="Its API secret, if it wants one.")
]
Key = Annotated[
    str, typer.Option("--key", envvar="PLANADO_KEY", help="Its API key; better in PLANADO_KEY.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
OnConflict = Annotated[
    ConflictPolicy,
    typer.Option("--on-conflict", help="Who wins where both sides changed since they agreed."),
]
MaxChanges = Annotated[
    int | None,
    typer.Option("--max-changes", min=0, help="Stop before more clients than this change."),
]
Pace = Annotated[
    int | None,
    typer.Option("--per-minute", min=0, help="Calls a minute; 0 for as many as it takes."),
]
Whole = Annotated[
    bool, typer.Option("--full", help="Read everything, though an earlier pull was complete.")
]
Files = Annotated[bool, typer.Option("--documents", help="Fetch the files of the clients as well.")]
Delete = Annotated[
    bool, typer.Option("--delete", help="Delete there what is deleted here; else it is only told.")
]

pull_app = typer.Typer(help="From a live service into the store.", no_args_is_help=True)
push_app = typer.Typer(help="From the store into a live service.", no_args_is_help=True)
check_app = typer.Typer(help="Compare store and service; write nothing.", no_args_is_help=True)


@pull_app.command("ninja")
def pull_ninja(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    url: Url,
    token: Token,
    secret: Secret = "",
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    on_conflict: OnConflict = ConflictPolicy.SKIP,
    max_changes: MaxChanges = None,
    per_minute: Pace = None,
    full: Whole = False,
    documents: Files = False,
) -> None:
    """Bring the clients of an Invoice Ninja here: all at first, later what has changed."""
    job = Job(
        verb="pull",
        dialect="ninja",
        account=account,
        url=url,
        policy=on_conflict,
        max_changes=max_changes,
        per_minute=per_minute,
        is_whole=full,
        has_files=documents,
    )
    run_job(job, session_of(database, ninja(token, secret), as_json, dry_run))


@pull_app.command("planado")
def pull_planado(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    key: Key,
    url: Url = PLANADO,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    on_conflict: OnConflict = ConflictPolicy.SKIP,
    max_changes: MaxChanges = None,
    per_minute: Pace = None,
    full: Whole = False,
) -> None:
    """Bring the clients of a Planado account here: all at first, later what has changed."""
    job = Job(
        verb="pull",
        dialect="planado",
        account=account,
        url=url,
        policy=on_conflict,
        max_changes=max_changes,
        per_minute=per_minute,
        is_whole=full,
    )
    run_job(job, session_of(database, planado(key), as_json, dry_run))


@push_app.command("ninja")
def push_ninja(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    url: Url,
    token: Token,
    secret: Secret = "",
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    on_conflict: OnConflict = ConflictPolicy.SKIP,
    max_changes: MaxChanges = None,
    per_minute: Pace = None,
    delete: Delete = False,
) -> None:
    """Tell an Invoice Ninja of the clients here: of all at first, later of what has changed."""
    job = Job(
        verb="push",
        dialect="ninja",
        account=account,
        url=url,
        policy=on_conflict,
        max_changes=max_changes,
        per_minute=per_minute,
        may_delete=delete,
    )
    run_job(job, session_of(database, ninja(token, secret), as_json, dry_run))


@push_app.command("planado")
def push_planado(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    key: Key,
    url: Url = PLANADO,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    on_conflict: OnConflict = ConflictPolicy.SKIP,
    max_changes: MaxChanges = None,
    per_minute: Pace = None,
    delete: Delete = False,
) -> None:
    """Tell a Planado account of the clients here: of all at first, later of what has changed."""
    job = Job(
        verb="push",
        dialect="planado",
        account=account,
        url=url,
        policy=on_conflict,
        max_changes=max_changes,
        per_minute=per_minute,
        may_delete=delete,
    )
    run_job(job, session_of(database, planado(key), as_json, dry_run))


@check_app.command("ninja")
def check_ninja(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    url: Url,
    token: Token,
    secret: Secret = "",
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    per_minute: Pace = None,
) -> None:
    """Compare the clients here with those of an Invoice Ninja."""
    job = Job(verb="check", dialect="ninja", account=account, url=url, per_minute=per_minute)
    compare(job, session_of(database, ninja(token, secret), as_json))


@check_app.command("planado")
def check_planado(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    key: Key,
    url: Url = PLANADO,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    per_minute: Pace = None,
) -> None:
    """Compare the clients here with those of a Planado account."""
    job = Job(verb="check", dialect="planado", account=account, url=url, per_minute=per_minute)
    compare(job, session_of(database, planado(key), as_json))


def session_of(
    database: str, credentials: dict[str, str], as_json: bool, is_dry_run: bool = False
) -> JobContext:
    return JobContext(
        database=database, credentials=credentials, as_json=as_json, is_dry_run=is_dry_run
    )


def ninja(token: str, secret: str) -> dict[str, str]:
    dialect = dialect_named("ninja")
    return presented(dialect, token, {"api_secret": secret})


def planado(key: str) -> dict[str, str]:
    return presented(dialect_named("planado"), key, {})


def presented(dialect: Dialect, token: str, options: dict[str, str]) -> dict[str, str]:
    return dict(dialect.credentials(token, dialect.options(**options)))


def compare(job: Job, context: JobContext) -> None:
    """A line per client with its sign, and how many there are of each; exit code 0 only when all
    are the same."""
    counts = dict.fromkeys(CheckResult, 0)
    listed: dict[str, list[str]] = {sign.value: [] for sign in CheckResult}
    with (
        opened(context.database) as store,
        meter("check", quiet=context.as_json) as seen,
        service(job, context, seen) as remote,
    ):
        account = store.get_account(job.account)
        for checked in check(sides(store, account, job), remote, seen.update):
            counts[checked.result] += 1
            if context.as_json:
                listed[checked.result.value].append(words_of(checked))
            else:
                typer.echo(f"{checked.result.value} {words_of(checked)}")
    if context.as_json:
        told = {sign.value: number for sign, number in counts.items()}
        print_json({"counts": told, "clients": listed})
    else:
        typer.echo(
            f"{counts[CheckResult.SAME]} same, {counts[CheckResult.DIFFERENT]} different,"
            f" {counts[CheckResult.ONLY_HERE]} only here,"
            f" {counts[CheckResult.ONLY_THERE]} only there,"
            f" {counts[CheckResult.ERROR]} unreadable"
        )
    if any(number for sign, number in counts.items() if sign is not CheckResult.SAME):
        raise typer.Exit(NOT_WHOLE)


def words_of(checked: CheckedClient) -> str:
    told = checked.problem or ", ".join(checked.fields)
    return f"{checked.client}: {told}" if told else checked.client


def add_to(app: typer.Typer) -> None:
    app.add_typer(pull_app, name="pull")
    app.add_typer(push_app, name="push")
    app.add_typer(check_app, name="check")
