"""The command line: every verb opens the store, asks it one thing and prints the answer.

Exit codes: 0 done · 1 refused (unknown or taken name, unusable value) · 2 wrong usage ·
3 the database cannot be used · 4 `get` was answered with an error.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from typer.exceptions import TyperException

from storage import (
    Blobs,
    Conflict,
    CreateAccount,
    CreateToken,
    Failure,
    Makers,
    NotFound,
    Store,
    Unavailable,
)

from .app import DIALECTS, create_app
from .demo import demo_makers
from .filling import account_named, fill, present
from .inside import answer
from .printing import print_answer, print_json, print_rows, progress
from .serving import serve as serve_forever
from .settings import DEFAULT_DATABASE, Settings

REFUSED, MISUSED, UNUSABLE, ANSWERED_WITH_ERROR = 1, 2, 3, 4
NAMES = [dialect.name for dialect in DIALECTS]


def known_dialect(name: str) -> str:
    if name not in NAMES:
        raise typer.BadParameter(f"there is no dialect {name}: say {' or '.join(NAMES)}")
    return name


app = typer.Typer(
    help="One store of clients that speaks the Invoice Ninja and the Planado API at once.",
    epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 database unusable, 4 error answered.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
account_app = typer.Typer(help="Accounts: whoever owns clients.", no_args_is_help=True)
token_app = typer.Typer(help="API tokens, one dialect each.", no_args_is_help=True)
app.add_typer(account_app, name="account")
app.add_typer(token_app, name="token")

Database = Annotated[
    str,
    typer.Option("--database", envvar="GATEWAY_DATABASE_URL", help="Where the clients are."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
AccountName = Annotated[str, typer.Option("--account", help="The account's name.")]
DialectName = Annotated[
    str,
    typer.Option(
        "--dialect", parser=known_dialect, metavar="|".join(NAMES), help="The API it opens."
    ),
]


@app.command()
def serve(
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve.")] = 1,
) -> None:
    """Serve both dialects until interrupted."""
    with opened(database) as store:
        # Once, before any worker starts: the schema is brought up to date, the settings read.
        settings = Settings.of(database, os.environ)
        Blobs.at(settings.blobs)
        create_app(store, settings)
    if as_json:
        print_json({"url": f"http://{host}:{port}", "workers": workers})
    serve_forever(database, host=host, port=port, workers=workers)


@account_app.command("create")
def create_account(
    name: str,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    hash_salt: Annotated[str, typer.Option(help="Salt of the Ninja ids.")] = "",
) -> None:
    """Create an account."""
    with opened(database) as store:
        made = store.create_account(CreateAccount(name=name, hash_salt=hash_salt))
    print_answer({"id": made.id, "name": made.name}, made.name, as_json=as_json)


@account_app.command("list")
def list_accounts(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the accounts."""
    with opened(database) as store:
        rows = [{"id": a.id, "name": a.name, "created_at": a.created_at} for a in store.accounts()]
    print_rows("accounts", rows, as_json=as_json)


@account_app.command("password")
def set_password(name: str, database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Set the password that purge and merge ask for: from a prompt, or from standard input."""
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise typer.BadParameter("the password is empty")
    with opened(database) as store:
        account = store.set_password(name, password)
    told = {"id": account.id, "name": account.name}
    print_answer(told, f"{account.name} has a new password.", as_json=as_json)


@token_app.command("create")
def create_token(  # noqa: PLR0917  typer passes by name
    account: AccountName,
    dialect: DialectName,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Refuse every write.")] = False,
) -> None:
    """Create a token and print it: it cannot be shown again."""
    command = CreateToken(account=account, dialect=dialect, label=label, is_read_only=read_only)
    with opened(database) as store:
        made, token = store.create_token(command)
    told = {"id": made.id, "account": account, "dialect": dialect, "token": str(token)}
    print_answer(told, str(token), as_json=as_json)


@token_app.command("list")
def list_tokens(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the tokens, never their text."""
    with opened(database) as store:
        rows = [
            {field: getattr(token, field) for field in token.__struct_fields__}
            for token in store.tokens()
        ]
    print_rows("tokens", rows, as_json=as_json)


@token_app.command("revoke")
def revoke_token(
    token_id: Annotated[int, typer.Argument(metavar="ID")],
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Revoke a token: from now on it opens nothing."""
    with opened(database) as store:
        gone = store.revoke_token(token_id)
    told = {"id": gone.id, "revoked_at": gone.revoked_at}
    print_answer(told, f"Token {gone.id} is revoked.", as_json=as_json)


@app.command()
def demo(
    account: AccountName,
    clients: Annotated[int, typer.Option(min=0, help="How many there shall be in all.")],
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Fill an account up to a number of synthetic clients, the same ones every time."""
    with opened(database) as store:
        owner = account_named(store, account)
        before = present(store, owner)
    missing = max(0, clients - before)
    bar = progress("clients", missing, quiet=as_json)
    with opened(database, demo_makers(before)) as store, bar as advance:
        for made in fill(store, owner, before, clients):
            advance(made)
    told = {"account": account, "clients": before + missing, "created": missing}
    words = f"{account} has {before + missing} clients, {missing} of them new."
    print_answer(told, words, as_json=as_json)


@app.command()
def get(
    path: Annotated[str, typer.Argument(help="As in `/v2/clients?limit=2`.")],
    account: AccountName,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Answer one request of either dialect without a server."""
    with opened(database) as store:
        found = store.account(account)
    status, body = asyncio.run(answer(database, found, path))
    print_json(body, compact=as_json)
    if status >= 400:  # noqa: PLR2004  where errors begin
        typer.echo(f"gateway: answered {status}", err=True)
        raise typer.Exit(ANSWERED_WITH_ERROR)


@contextmanager
def opened(database: str, makers: Makers | None = None) -> Iterator[Store]:
    store = Store.open(database, makers)
    try:
        yield store
    finally:
        store.close()


def main() -> None:
    """The console script: whatever goes wrong ends as one sentence on standard error."""
    try:
        code = app(prog_name="gateway", standalone_mode=False)
    except TyperException as misuse:
        is_help = misuse.format_message().startswith("Usage:")
        typer.echo(f"{'' if is_help else 'gateway: '}{misuse.format_message()}", err=True)
        sys.exit(MISUSED)
    except Failure as failure:
        typer.echo(f"gateway: {sentence(failure)}", err=True)
        sys.exit(UNUSABLE if isinstance(failure, Unavailable) else REFUSED)
    sys.exit(code)


def sentence(failure: Failure) -> str:
    match failure:
        case NotFound():
            return f"there is no such {failure.kind}; see `gateway {failure.kind} list`"
        case Conflict():
            return f"another {failure.kind} has that {' and '.join(failure.fields)}"
        case Unavailable():
            return f"the database cannot be used: {failure}"
        case _:
            return str(failure)
