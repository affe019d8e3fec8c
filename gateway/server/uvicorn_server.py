"""uvicorn around the application: one worker process or several.

Each worker builds the application from the environment.
"""

import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import uvicorn
from msgspec import structs
from starlette.applications import Starlette
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE

from gateway.app import create_app
from gateway.gc_tuning import gc_relaxed
from gateway.settings import Settings
from storage import IN_MEMORY, BlobStore, RateLimiter, RenderingCache, Replica, Store, file_identity

from .connection_limits import Limits
from .limited_protocol import LimitedProtocol
from .log_output import configure_logs
from .request_log import with_request_log
from .scratch_folder import hold_scratch_folder, scratch_folder
from .stop_deadline import SUPERVISOR_SECONDS, bound_stop, end_process
from .supervisor import Supervisor

DATABASE = "GATEWAY_DATABASE_URL"
DATABASE_FILE = "GATEWAY_DATABASE_FILE"
"""The variable with the identity of the SQLite file: a worker that starts later uses no other."""
SCRATCH = "GATEWAY_SCRATCH"
"""The variable that names the folder which the workers share while they run: the rate limiter's
counts and the rendering cache."""
HEALTHCHECK_SECONDS = 20
"""A worker that is silent for longer is replaced. On a busy machine a start takes over 5 s,
uvicorn's default, and then the supervisor killed the workers that it had just started."""


def serve(database: str, *, host: str, port: int, workers: int, limits: Limits) -> None:
    """Serve until interrupted."""
    # Workers are new processes: what they need travels in the environment.
    os.environ[DATABASE] = database
    os.environ[DATABASE_FILE] = file_identity(database)
    # With one worker uvicorn raises the signal again at its end: exit cleanly then.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    if workers > 1:
        seconds = max(1, limits.stop_seconds - SUPERVISOR_SECONDS)
        limits = structs.replace(limits, stop_seconds=seconds)
    limits.export()
    with scratch_folder() as scratch:
        os.environ[SCRATCH] = str(scratch)
        run_workers(uvicorn_config(host, port, workers), limits)


def uvicorn_config(host: str, port: int, workers: int) -> uvicorn.Config:
    return uvicorn.Config(
        "gateway.server.uvicorn_server:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http=LimitedProtocol,
        ws="none",
        access_log=False,
        server_header=False,
        timeout_worker_healthcheck=HEALTHCHECK_SECONDS,
    )


def run_workers(config: uvicorn.Config, limits: Limits) -> None:
    """Run one worker in this process, or a supervisor of several."""
    if config.workers > 1:
        Supervisor(config, [config.bind_socket()], limits.stop_seconds).run()
        return
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def from_environment() -> ASGIApp:
    """Return the application over the database that the environment names. uvicorn calls it."""
    configure_logs()
    settings = Settings.of(os.environ[DATABASE], os.environ)
    scratch = os.environ.get(SCRATCH)
    if scratch:
        hold_scratch_folder(Path(scratch))
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
    store.expect_file(os.environ.get(DATABASE_FILE, ""))

    gc.collect()
    return with_request_log(create_app(store, settings, lifespan_of(store)))


def lifespan_of(store: Store) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        bound_stop(Limits.of(os.environ).stop_seconds, end_process)
        with gc_relaxed():
            yield
        store.close()

    return lifespan
