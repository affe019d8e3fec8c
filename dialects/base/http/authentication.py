"""Authentication middleware: finds the access of a credential and checks its rate limit."""

import logging
import math
from typing import Self

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dialects.base.protocol.failures import Broken, TooManyRequests
from storage import Access, Account, RateLimit, Store

from .error_mapping import Render, failure_of
from .routing import SAFE_METHODS
from .store_calls import run_rate_check, run_read, run_write

logger = logging.getLogger("gateway.dialects")


class Headers(dict[bytes, bytes]):
    """Headers of a request by name, in lower case as the server gives them.

    If a header occurs several times, the first one counts.
    """

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Return the headers of an ASGI scope."""
        return cls(reversed(scope["headers"]))


class AuthMiddleware:
    """Middleware that passes a request on with the access that its credential gives.

    A dialect says in `authenticate` where the credential is. The middleware renders refusals
    itself: the exception handlers of the app would not see an exception that is raised here.
    """

    def __init__(
        self, app: ASGIApp, *, store: Store, render: Render, rate: RateLimit | None
    ) -> None:
        self.app = app
        self.store = store
        self.render = render
        self.rate = rate

    async def authenticate(self, headers: Headers) -> Access:
        """Return the access that the headers' credential gives. Raise Unauthenticated for none."""
        raise NotImplementedError

    async def find_access(self, dialect: str, credential: str) -> Access | None:
        """Find the access of a credential.

        None for a credential that is unknown, revoked or made for another dialect. The snapshot
        reader is asked first; the store is asked when the reader knows no access.
        """
        reader = self.store.snapshot_reader()
        if reader is not None and reader.refresh() is not None:
            known = reader.find_access(dialect, credential)
            if known is not None:
                return known
        return await run_read(self.store.find_access, dialect, credential)

    async def check_rate(self, access: Access, rate: RateLimit) -> None:
        """Count a call of a token. Raise TooManyRequests when it has no call left."""
        wait = await run_rate_check(self.store.acquire_call, access.token_id, rate)
        if wait:
            raise TooManyRequests(math.ceil(wait))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            access = await self.authenticate(Headers.of(scope))
            if self.rate is not None:
                await self.check_rate(access, self.rate)
            if self.store.has_replica and scope["method"] not in SAFE_METHODS:
                await run_write(self.store.pin_to_primary, access.token_id)
        except Exception as error:
            failure = failure_of(error)
            if isinstance(failure, Broken):
                logger.exception("authentication broke")
            await self.render(failure)(scope, receive, send)
            return
        scope["gateway.access"] = access
        until = access.frozen_until
        scope["gateway.is_frozen"] = until is not None and self.store.current_time() < until
        await self.app(scope, receive, send)


def access_of(request: Request) -> Access:
    """Return the access that the request's credential gives."""
    access: Access = request.scope["gateway.access"]
    return access


def account_of(request: Request) -> Account:
    """Return the account of the request's credential."""
    return access_of(request).account
