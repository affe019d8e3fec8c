"""uvicorn around the app: one process or several, each building the app from the environment."""

import os

import uvicorn
from starlette.applications import Starlette

from storage import Blobs, Store

from .app import create_app
from .logs import configure_logs
from .middleware import with_request_log
from .settings import Settings

DATABASE = "GATEWAY_DATABASE_URL"


def serve(database: str, *, host: str, port: int, workers: int) -> None:
    # Workers are new processes: what they need travels in the environment.
    os.environ[DATABASE] = database
    uvicorn.run(
        "gateway.serving:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        server_header=False,
    )


def from_environment() -> Starlette:
    """The app over the database that the environment names."""
    configure_logs()
    settings = Settings.of(os.environ[DATABASE], os.environ)
    store = Store.open(settings.database, blobs=Blobs.at(settings.blobs))
    app = create_app(store, settings)
    app.add_middleware(with_request_log)
    return app
