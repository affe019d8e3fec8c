"""The composition root: the one place that names the dialects."""

from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from dialects import ninja, planado
from dialects.base.dialect import Dialect
from gateway.readiness import Readiness, readiness_of
from gateway.settings import Settings
from storage import Store, local_paths

DIALECTS: tuple[Dialect, ...] = (
    ninja.DIALECT,
    planado.DIALECT,
)
"""All dialects. Append a new one: their order decides the keys of clients at other services."""


def create_app(
    store: Store, settings: Settings, lifespan: Lifespan[Starlette] | None = None
) -> ASGIApp:
    """Return the application: every dialect at its prefixes, over one store.

    The caller opens the store and closes it.
    """
    routes = open_routes(store, settings)
    rest = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: refuse})
    apps = {
        f"{prefix}/": app
        for dialect in DIALECTS
        for app in [dialect.app(store, settings.options(dialect))]
        for prefix in dialect.prefixes
    }

    # Like Starlette's Mount, in a tenth of its time.
    async def gateway(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root: str = scope.get("root_path", "")
            path = scope["path"].removeprefix(root)
            for prefix, app in apps.items():
                if f"{path}/".startswith(prefix):
                    await app({**scope, "root_path": root + prefix[:-1]}, receive, send)
                    return
        await rest(scope, receive, send)

    return gateway


async def refuse(_request: Request, error: Exception) -> Response:
    """Answer outside all dialects, in JSON that each of them can read."""
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"message": error.detail}, error.status_code, error.headers)


def open_routes(store: Store, settings: Settings) -> list[Route]:
    """Return the routes that need no token."""
    folders = local_paths(settings.database, settings.blobs)
    readiness = readiness_of(store, folders, settings.min_free)
    return [
        Route("/", welcome),
        Route("/livez", alive),
        Route("/readyz", partial(ready, readiness)),
    ]


async def alive(_request: Request) -> Response:
    """Answer that the process runs. No token, no store."""
    return PlainTextResponse("ok")


async def ready(readiness: Readiness, _request: Request) -> Response:
    """Answer whether each part of the work can be done. No token."""
    checks = await readiness.results()
    is_ready = set(checks.values()) == {"ok"}
    return JSONResponse(
        {"ready": is_ready, "checks": checks},
        200 if is_ready else 503,
        {"Cache-Control": "no-store"} | ({} if is_ready else {"Retry-After": "1"}),
    )


async def welcome(_request: Request) -> Response:
    """Answer with the prefix of each dialect, at the bare address."""
    return JSONResponse({dialect.name: dialect.prefixes[0] for dialect in DIALECTS})
