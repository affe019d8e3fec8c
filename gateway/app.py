"""The composition root: the one place that names the dialects."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Lifespan

from dialects import ninja, planado
from dialects.base import Dialect
from storage import Store

from .settings import Settings

DIALECTS: tuple[Dialect, ...] = (
    ninja.DIALECT,
    planado.DIALECT,
)


def create_app(
    store: Store, settings: Settings, lifespan: Lifespan[Starlette] | None = None
) -> Starlette:
    """Both dialects over a store, which stays its opener's to close."""
    routes: list[BaseRoute] = [Route("/", welcome), Route("/livez", alive)]
    for dialect in DIALECTS:
        app = dialect.app(store, settings.options(dialect))
        routes += [Mount(prefix, app=app) for prefix in dialect.prefixes]
    return Starlette(routes=routes, lifespan=lifespan)


async def alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def welcome(_request: Request) -> Response:
    """Where the dialects are, for whoever opens the bare address."""
    return JSONResponse({dialect.name: dialect.prefixes[0] for dialect in DIALECTS})
