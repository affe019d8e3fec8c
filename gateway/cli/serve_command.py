"""The command `serve`: run the HTTP server."""

import os
from typing import Annotated

import typer

from gateway.app import create_app
from gateway.server.uvicorn_server import serve as serve_forever
from gateway.settings import DEFAULT_DATABASE, Settings
from storage import BlobStore

from .options import AsJson, Database, open_store
from .output import print_json


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
    with open_store(database) as store:
        # Once, before any worker starts: upgrade the schema, and refuse settings that are wrong.
        settings = Settings.of(database, os.environ)
        BlobStore.at(settings.blobs)
        create_app(store, settings)
    if as_json:
        print_json({"url": f"http://{host}:{port}", "workers": workers})
    serve_forever(database, host=host, port=port, workers=workers)


def add_to(app: typer.Typer) -> None:
    app.command()(serve)
