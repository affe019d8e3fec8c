"""Commands about accounts, and `demo`, which fills one with synthetic clients."""

import sys
from typing import Annotated

import typer

from gateway.demo.clients import demo_generators
from gateway.demo.fill import count_clients, fill_account, get_or_create_account
from gateway.settings import DEFAULT_DATABASE
from storage import CreateAccount

from .options import AccountName, AsJson, Database, open_store
from .output import print_answer, print_rows
from .progress import meter

account_app = typer.Typer(help="Accounts: whoever owns clients.", no_args_is_help=True)


@account_app.command("create")
def create_account(
    name: str,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    hash_salt: Annotated[str, typer.Option(help="Salt of the Ninja ids.")] = "",
) -> None:
    """Create an account."""
    with open_store(database) as store:
        made = store.create_account(CreateAccount(name=name, hash_salt=hash_salt))
    print_answer({"id": made.id, "name": made.name}, made.name, as_json=as_json)


@account_app.command("list")
def list_accounts(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the accounts."""
    with open_store(database) as store:
        rows = [
            {"id": a.id, "name": a.name, "created_at": a.created_at} for a in store.list_accounts()
        ]
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
    with open_store(database) as store:
        account = store.set_password(name, password)
    fields = {"id": account.id, "name": account.name}
    print_answer(fields, f"{account.name} has a new password.", as_json=as_json)


def demo(
    account: AccountName,
    clients: Annotated[int, typer.Option(min=0, help="How many there shall be in all.")],
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Fill an account up to a number of synthetic clients, the same ones every time."""
    with open_store(database) as store:
        owner = get_or_create_account(store, account)
        before = count_clients(store, owner)
    missing = max(0, clients - before)
    done = 0
    with (
        open_store(database, demo_generators(before)) as store,
        meter("clients", quiet=as_json) as progress,
    ):
        for created in fill_account(store, owner, before, clients):
            done += created
            progress.update(done, missing)
    fields = {"account": account, "clients": before + missing, "created": missing}
    words = f"{account} has {before + missing} clients, {missing} of them new."
    print_answer(fields, words, as_json=as_json)


def add_to(app: typer.Typer) -> None:
    app.add_typer(account_app, name="account")
    app.command()(demo)
