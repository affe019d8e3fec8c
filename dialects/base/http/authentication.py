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
    """Those of a request by their names in lower case, as the server gives them; of one that comes
    several times the first counts."""

    @classmethod
    def of(cls, scope: Scope) -> Self:
        return cls(reversed(scope["headers"]))


class AuthMiddleware:
    """Lets a request in with the account that its credential opens; a dialect says where it is.

    It answers refusals itself: an exception raised in here would pass by the app's handlers.
    """

    def __init__(
        self, app: ASGIApp, *, store: Store, render: Render, rate: RateLimit | None
    ) -> None:
        self.app = app
        self.store = store
        self.render = render
        self.rate = rate

    async def authenticate(self, headers: Headers) -> Access:
        """Raise Unauthenticated, or say what the credential in the headers opens."""
        raise NotImplementedError

    async def find_access(self, dialect: str, credential: str) -> Access | None:
        """What a credential opens; None for one that is unknown, revoked or another dialect's."""
        reader = self.store.snapshot_reader()
        if reader is not None and reader.refresh() is not None:
            known = reader.find_access(dialect, credential)
            if known is not None:
                return known
        return await run_read(self.store.find_access, dialect, credential)

    async def check_rate(self, access: Access, rate: RateLimit) -> None:
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
        await self.app(scope, receive, send)


def account_of(request: Request) -> Account:
    """The account that the request's credential opened."""
    access: Access = request.scope["gateway.access"]
    return access.account
