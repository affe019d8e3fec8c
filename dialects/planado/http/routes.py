"""Routes of this API: which endpoint answers which path and method."""

from functools import partial

from starlette.types import ASGIApp

from dialects.base.http.application import assemble_app
from dialects.base.http.cached_reads import CachedReads
from dialects.base.http.routing import guarded_route
from storage import Store

from .auth import KEY_HEADERS, KeyMiddleware
from .cached_reads import CachedReadMatcher
from .client_endpoints import Clients
from .errors import render
from .options import Options


def app(store: Store, options: Options) -> ASGIApp:
    """Return the application of this API over a store."""
    clients = Clients(store, options)
    return assemble_app(
        routes=[
            guarded_route("/clients", GET=clients.index, POST=clients.create),
            guarded_route(
                "/clients/{key:path}",
                GET=clients.show,
                PATCH=clients.change,
                DELETE=clients.delete,
            ),
        ],
        auth=partial(KeyMiddleware, store=store, render=render, rate=options.rate),
        cached_reads=partial(CachedReads, store=store, match=CachedReadMatcher(options.page_size)),
        credentials=KEY_HEADERS,
        render=render,
    )


def credentials(token: str, _options: Options) -> dict[str, str]:
    """Return the headers by which a caller presents a token."""
    return {"Authorization": f"Bearer {token}"}
