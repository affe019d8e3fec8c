from functools import partial

from starlette.types import ASGIApp

from dialects.base.http.application import assemble
from dialects.base.http.cached_reads import CachedReads
from dialects.base.http.routing import route
from storage import Store

from .auth import KeyMiddleware
from .cached_reads import CachedReadMatcher
from .client_endpoints import Clients
from .errors import render
from .options import Options


def app(store: Store, options: Options) -> ASGIApp:
    clients = Clients(store, options)
    return assemble(
        routes=[
            route("/clients", GET=clients.index, POST=clients.create),
            route(
                "/clients/{key:path}",
                GET=clients.show,
                PATCH=clients.change,
                DELETE=clients.delete,
            ),
        ],
        auth=partial(KeyMiddleware, store=store, render=render, rate=options.rate),
        short=partial(CachedReads, store=store, read=CachedReadMatcher(options.page_size)),
        render=render,
    )


def credentials(token: str, _options: Options) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
