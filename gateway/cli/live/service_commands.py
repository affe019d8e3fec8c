"""Commands about live services: list them, and say that one has moved or has another name."""

from typing import Annotated

import typer

from gateway.migration.live.service_choice import get_named, move_service
from gateway.settings import DEFAULT_DATABASE
from storage import Service

from ..options import AccountName, AsJson, Database, open_account, open_store
from ..output import print_answer, print_rows

services_app = typer.Typer(
    help="Services: what an account is kept in step with.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="NAME")]


@services_app.command("list")
def list_services(
    account: AccountName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False
) -> None:
    """List the services of an account, the oldest first."""
    with open_store(database) as store:
        rows = [service_row(one) for one in store.list_services(store.get_account(account).id)]
    print_rows("services", rows, as_json=as_json)


def service_row(service: Service) -> dict[str, object]:
    """Return the columns of a service in the list."""
    columns = ("name", "dialect", "url", "version", "tag", "created_at")
    return {column: getattr(service, column) for column in columns}


@services_app.command("move")
def move(
    name: Name,
    account: AccountName,
    url: Annotated[str, typer.Option("--url", help="Where it is now: scheme and host.")],
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Say that a service has another URL now. All links stay."""
    with open_store(database) as store:
        moved = move_service(store, store.get_account(account), name, url)
    print_answer(service_row(moved), f"{moved.name} is at {moved.url} now.", as_json=as_json)


@services_app.command("rename")
def rename(
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW-NAME")],
    account: AccountName,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Give a service another name. All links stay."""
    with open_account(database, account) as (store, owner):
        service = get_named(store, owner, name)
        renamed = store.rename_service(owner.id, service.source, new_name)
    print_answer(service_row(renamed), f"{name} is called {renamed.name} now.", as_json=as_json)


def add_to(app: typer.Typer) -> None:
    app.add_typer(services_app, name="services")
