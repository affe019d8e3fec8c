"""Verbs about accounts: whoever owns clients."""

import sys
from typing import Annotated

import typer

from gateway.demo.clients import demo_makers
from gateway.demo.fill import account_named, fill, present
from gateway.settings import DEFAULT_DATABASE
from storage import CreateAccount

from .options import AccountName, AsJson, Database, opened
from .output import print_answer, print_rows, progress

own = typer.Typer(help="Accounts: whoever owns clients.", no_args_is_help=True)


@own.command("create")
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


@own.command("list")
def list_accounts(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the accounts."""
    with opened(database) as store:
        rows = [
            {"id": a.id, "name": a.name, "created_at": a.created_at} for a in store.list_accounts()
        ]
    print_rows("accounts", rows, as_json=as_json)


@own.command("password")
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


def add_to(app: typer.Typer) -> None:
    app.add_typer(own, name="account")
    app.command()(demo)
