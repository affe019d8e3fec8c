"""Verbs that answer requests: from a server, or one without it."""

import asyncio
import os
from typing import Annotated

import typer

from gateway.app import create_app
from gateway.inside import answer
from gateway.printing import print_json
from gateway.serving import serve as serve_forever
from gateway.settings import DEFAULT_DATABASE, Settings
from storage import Blobs

from .options import AccountName, AsJson, Database, opened

ANSWERED_WITH_ERROR = 4


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
