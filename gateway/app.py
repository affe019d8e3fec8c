"""The composition root: the one place that names the dialects."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from dialects import ninja, planado
from dialects.base import Dialect
from storage import Store

from .settings import Settings

DIALECTS: tuple[Dialect, ...] = (
    ninja.DIALECT,
    planado.DIALECT,
)


def create_app(store: Store, settings: Settings) -> Starlette:
    routes: list[BaseRoute] = [Route("/", welcome), Route("/livez", alive)]
    for dialect in DIALECTS:
        app = dialect.app(store, settings.options(dialect))
        routes += [Mount(prefix, app=app) for prefix in dialect.prefixes]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        store.close()

    return Starlette(routes=routes, lifespan=lifespan)


async def alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def welcome(_request: Request) -> Response:
    """Where the dialects are, for whoever opens the bare address."""
    return JSONResponse({dialect.name: dialect.prefixes[0] for dialect in DIALECTS})
