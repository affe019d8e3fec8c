"""The command `get`: answer one request without a server."""

import asyncio
from typing import Annotated

import typer

from gateway.server.in_process import answer
from gateway.settings import DEFAULT_DATABASE
from gateway.terminal import say

from .options import AccountName, AsJson, Database, open_store
from .output import print_json

ANSWERED_WITH_ERROR = 4


def get(
    path: Annotated[str, typer.Argument(help="As in `/v2/clients?limit=2`.")],
    account: AccountName,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Answer one request of either dialect without a server."""
    with open_store(database) as store:
        found = store.get_account(account)
    status, body = asyncio.run(answer(database, found, path))
    print_json(body, compact=as_json)
    if status >= 400:  # noqa: PLR2004  where errors begin
        say(f"gateway: answered {status}", err=True)
        raise typer.Exit(ANSWERED_WITH_ERROR)


def add_to(app: typer.Typer) -> None:
    app.command()(get)
