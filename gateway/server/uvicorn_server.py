"""uvicorn around the app: one process or several, each building the app from the environment."""

import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from gateway.app import create_app
from gateway.gc_tuning import gc_relaxed
from gateway.settings import Settings
from storage import IN_MEMORY, BlobStore, RateLimiter, RenderingCache, Replica, Store

from .log_output import configure_logs
from .request_log import with_request_log

DATABASE = "GATEWAY_DATABASE_URL"
SCRATCH = "GATEWAY_SCRATCH"
"""Tells the workers of the folder for what they have in common as long as they run: the counts of
calls, and the renderings."""


def serve(database: str, *, host: str, port: int, workers: int) -> None:
    # Workers are new processes: what they need travels in the environment.
    os.environ[DATABASE] = database
    # With one worker uvicorn raises the signal again when it is done: leave in good order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with TemporaryDirectory(prefix="gateway-") as scratch:
        os.environ[SCRATCH] = scratch
        uvicorn.run(
            "gateway.server.uvicorn_server:from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,
            server_header=False,
        )


def from_environment() -> ASGIApp:
    """The app over the database that the environment names."""
    configure_logs()
    settings = Settings.of(os.environ[DATABASE], os.environ)
    scratch = os.environ.get(SCRATCH)
    rate_limiter = RateLimiter(str(Path(scratch, "buckets")) if scratch else IN_MEMORY)
    renderings = (
        RenderingCache(str(Path(scratch, "renderings")), settings.renderings) if scratch else None
    )
    replica = Replica(settings.replica, settings.pin) if settings.replica else None
    blobs = BlobStore.at(settings.blobs)
    # `serve` has upgraded it; a worker that starts anew during an outage shall answer 503.
    store = Store.at(
        settings.database,
        blobs=blobs,
        rate_limiter=rate_limiter,
        replica=replica,
        renderings=renderings,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with gc_relaxed():
            yield
        store.close()

    gc.collect()
    return with_request_log(create_app(store, settings, lifespan))
