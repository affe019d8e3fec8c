"""The command `serve`: run the HTTP server."""

import os
from typing import Annotated

import typer

from gateway.app import create_app
from gateway.server.connection_limits import (
    CLIENT_SECONDS,
    CONNECTIONS,
    DEFAULT_CLIENT_SECONDS,
    DEFAULT_STOP_SECONDS,
    STOP_SECONDS,
    Limits,
    connections_by_files,
)
from gateway.server.uvicorn_server import serve as serve_forever
from gateway.settings import DEFAULT_DATABASE, Settings
from storage import BlobStore, refuse_unsafe_wal

from .options import AsJson, Database, open_store
from .output import print_json

ALLOW_OLD_WAL = "GATEWAY_ALLOW_OLD_SQLITE_WAL"
"""The variable that, at 1, lets several workers write with an SQLite that can damage the file."""

LimitConnections = Annotated[
    int,
    typer.Option(min=0, envvar=CONNECTIONS, help="Of each worker; 0: as many as open files allow."),
]
ClientSeconds = Annotated[
    int, typer.Option(min=1, envvar=CLIENT_SECONDS, help="How long a client may be slow.")
]
StopSeconds = Annotated[
    int, typer.Option(min=1, envvar=STOP_SECONDS, help="Until a stop has ended, come what may.")
]


def serve(  # noqa: PLR0917  typer passes by name
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve.")] = 1,
    limit_connections: LimitConnections = 0,
    client_seconds: ClientSeconds = DEFAULT_CLIENT_SECONDS,
    stop_seconds: StopSeconds = DEFAULT_STOP_SECONDS,
) -> None:
    """Serve both dialects until interrupted."""
    with open_store(database) as store:
        if os.environ.get(ALLOW_OLD_WAL) != "1":
            refuse_unsafe_wal(database, workers)
        # Once, before any worker starts: upgrade the schema, and refuse settings that are wrong.
        settings = Settings.of(database, os.environ)
        BlobStore.at(settings.blobs)
        create_app(store, settings)
    if as_json:
        print_json({"url": f"http://{host}:{port}", "workers": workers})
    limits = Limits(
        connections=limit_connections or connections_by_files(),
        client_seconds=client_seconds,
        stop_seconds=stop_seconds,
    )
    serve_forever(database, host=host, port=port, workers=workers, limits=limits)


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
