"""uvicorn around the application: one worker process or several.

Each worker builds the application from the environment.
"""

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
"""The variable that names the folder which the workers share while they run: the rate limiter's
counts and the rendering cache."""


def serve(database: str, *, host: str, port: int, workers: int) -> None:
    """Serve until interrupted."""
    # Workers are new processes: what they need travels in the environment.
    os.environ[DATABASE] = database
    # With one worker uvicorn raises the signal again at its end: exit cleanly then.
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
    """Return the application over the database that the environment names. uvicorn calls it."""
    configure_logs()
    settings = Settings.of(os.environ[DATABASE], os.environ)
    scratch = os.environ.get(SCRATCH)
    rate_limiter = RateLimiter(str(Path(scratch, "buckets")) if scratch else IN_MEMORY)
    renderings = (
        RenderingCache(str(Path(scratch, "renderings")), settings.renderings) if scratch else None
    )
    replica = Replica(settings.replica, settings.pin) if settings.replica else None
    blobs = BlobStore.at(settings.blobs)
    # The command `serve` has upgraded the schema. So a worker that restarts during an outage needs
    # no database yet, and answers 503.
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
