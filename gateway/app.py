"""The composition root: the one place that names the dialects."""

from starlette.applications import Starlette
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


def create_app(
    store: Store, settings: Settings, lifespan: Lifespan[Starlette] | None = None
) -> ASGIApp:
    """Both dialects over a store, which stays its opener's to close."""
    rest = Starlette(routes=[Route("/", welcome), Route("/livez", alive)], lifespan=lifespan)
    apps = {
        f"{prefix}/": app
        for dialect in DIALECTS
        for app in [dialect.app(store, settings.options(dialect))]
        for prefix in dialect.prefixes
    }

    # As Starlette's Mount, for a tenth of its time.
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


async def alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def welcome(_request: Request) -> Response:
    """Where the dialects are, for whoever opens the bare address."""
    return JSONResponse({dialect.name: dialect.prefixes[0] for dialect in DIALECTS})
