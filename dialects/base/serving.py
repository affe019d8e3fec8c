"""How a dialect becomes an application: its auth around its routes, its calls to the store."""

import asyncio
import contextlib
import functools
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, TypeVar

from anyio import CapacityLimiter, to_thread
from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from storage import Access, Account, Failure, Rate, Store, Unavailable, Write

from .carrying import Dump, Remote
from .failures import Broken, Render, TooManyRequests, failure_of
from .permitting import SAFE_METHODS, Guarded

T = TypeVar("T")

logger = logging.getLogger("gateway.dialects")

READS, WRITES = CapacityLimiter(12), CapacityLimiter(16)
"""Store calls under way at once in one process: together as many as an engine has connections."""
FILES, COUNTS = CapacityLimiter(8), CapacityLimiter(4)
"""Files on their way and calls being counted at once; they hold no connection."""


class Dialect(Struct, frozen=True):
    """All that the gateway knows about a dialect.

    `prefixes` are where it is mounted, the first one being the one to recommend. `options` is the
    shape of its settings, every field with a default; `app` builds its application from them, and
    `credentials` are the headers by which a caller presents a token under them. `dump` and
    `remote` are how its clients travel without our server.
    """

    name: str
    prefixes: tuple[str, ...]
    options: type[Struct]
    app: Callable[[Store, Any], ASGIApp]
    credentials: Callable[[str, Any], Mapping[str, str]]
    dump: Dump
    remote: Remote


class Headers(dict[bytes, bytes]):
    """Those of a request by their names in lower case, as the server gives them; of one that comes
    several times the first counts."""

    @classmethod
    def of(cls, scope: Scope) -> Self:
        return cls(reversed(scope["headers"]))


class AuthMiddleware:
    """Lets a request in with the account that its credential opens; a dialect says where it is.

    It answers refusals itself: an exception raised in here would pass by the app's handlers.
    """

    def __init__(self, app: ASGIApp, *, store: Store, render: Render, rate: Rate | None) -> None:
        self.app = app
        self.store = store
        self.render = render
        self.rate = rate

    async def access(self, headers: Headers) -> Access:
        """Raise Unauthenticated, or say what the credential in the headers opens."""
        raise NotImplementedError

    async def opened(self, dialect: str, credential: str) -> Access | None:
        """What a credential opens; None for one that is unknown, revoked or another dialect's."""
        glance = self.store.glance()
        if glance is not None and glance.moment() is not None:
            known = glance.access(dialect, credential)
            if known is not None:
                return known
        return await ask(self.store.access, dialect, credential)

    async def count(self, access: Access, rate: Rate) -> None:
        wait = await count(self.store.pour, access.token_id, rate)
        if wait:
            raise TooManyRequests(math.ceil(wait))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            access = await self.access(Headers.of(scope))
            if self.rate is not None:
                await self.count(access, self.rate)
            if self.store.has_replica and scope["method"] not in SAFE_METHODS:
                await tell(self.store.pin, access.token_id)
        except Exception as error:
            failure = failure_of(error)
            if isinstance(failure, Broken):
                logger.exception("authentication broke")
            await self.render(failure)(scope, receive, send)
            return
        scope["gateway.access"] = access
        await self.app(scope, receive, send)


def account_of(request: Request) -> Account:
    """The account that the request's credential opened."""
    access: Access = request.scope["gateway.access"]
    return access.account


def late(request: Request, store: Store) -> dict[str, bool]:
    """For reads that may come from a replica: not those of a token that has written of late."""
    return {"may_lag": store.may_lag(request.scope["gateway.access"])}


def assemble(
    *,
    routes: Sequence[Guarded],
    auth: Callable[[ASGIApp], ASGIApp],
    short: Callable[[ASGIApp], ASGIApp],
    render: Render,
) -> ASGIApp:
    """One dialect's application: its routes, and its short way past them, behind its auth; and
    its way to say no."""

    def fail(_request: Request, error: Exception) -> Response:
        failure = failure_of(error)
        if isinstance(failure, Unavailable):
            logger.error("the store is unavailable: %s", failure)
        return render(failure)

    handlers: Mapping[Any, Any] = {HTTPException: fail, Failure: fail, Exception: fail}
    app = Starlette(routes=routes, exception_handlers=handlers)
    # A redirect would turn a POST into a GET.
    app.router.redirect_slashes = False
    return auth(short(without_trailing_slash(app)))


def without_trailing_slash(app: ASGIApp) -> ASGIApp:
    async def tolerant(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.endswith("/"):
            scope = {**scope, "path": path[:-1]}
        await app(scope, receive, send)

    return tolerant


async def ask(method: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Ask the synchronous store without blocking the event loop."""
    call = functools.partial(method, *args, **kwargs)
    return await to_thread.run_sync(call, limiter=READS)


async def tell(method: Callable[..., T], *args: Any) -> T:
    """Have the store write. Writers wait for each other: they must not keep readers waiting."""
    if isinstance(method, Write) and method.takes_turns:
        return await turn(method, *args)
    return await to_thread.run_sync(functools.partial(method, *args), limiter=WRITES)


async def turn(method: Write[..., T], *args: Any) -> T:
    """No thread of its own sleeps until it has been written."""
    loop = asyncio.get_running_loop()
    answered = loop.create_future()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
            loop.call_soon_threadsafe(settle, answered)

    begun = method.begin(wake, *args)
    late = loop.call_later(method.patience, method.leave, begun)
    try:
        await answered
    finally:
        late.cancel()
    found: T = begun.told()
    return found


def settle(answered: asyncio.Future[None]) -> None:
    if not answered.done():  # its caller may have gone
        answered.set_result(None)


async def carry(method: Callable[..., T], *args: Any) -> T:
    """Have the store move bytes of files. They are slow, and keep neither readers nor writers."""
    return await to_thread.run_sync(functools.partial(method, *args), limiter=FILES)


async def count(method: Callable[..., T], *args: Any) -> T:
    """Have the store count a call: no file and no slow reader may keep the others waiting."""
    return await to_thread.run_sync(functools.partial(method, *args), limiter=COUNTS)
