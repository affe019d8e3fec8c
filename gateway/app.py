"""The composition root: the one place that names the dialects."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from dialects import ninja, planado
from dialects.base.dialect import Dialect
from gateway.settings import Settings
from storage import Store

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
    rest = Starlette(routes=ROUTES, lifespan=lifespan, exception_handlers={HTTPException: refuse})
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


async def alive(_request: Request) -> Response:
    """Answer that the process runs. No token, no store."""
    return PlainTextResponse("ok")


async def welcome(_request: Request) -> Response:
    """Answer with the prefix of each dialect, at the bare address."""
    return JSONResponse({dialect.name: dialect.prefixes[0] for dialect in DIALECTS})


ROUTES = [Route("/", welcome), Route("/livez", alive)]
