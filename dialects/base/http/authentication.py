"""Authentication middleware: finds the access of a credential and checks its rate limit."""

import logging
import math
from collections.abc import Iterable
from typing import Self

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dialects.base.protocol.failures import Broken, TooManyRequests, Unauthenticated
from storage import Access, Account, RateLimit, Store

from .error_mapping import Render, failure_of
from .failure_limits import TokenFailures
from .store_calls import run_guess, run_rate_check, run_read, run_write

logger = logging.getLogger("gateway.dialects")


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""The request methods that change nothing."""


class Headers(dict[bytes, bytes]):
    """Headers of a request by name, in lower case as the server gives them.

    If a header occurs several times, the first one counts.
    """

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Return the headers of an ASGI scope."""
        return cls(reversed(scope["headers"]))


CREDENTIAL_HEADERS = frozenset(
    {
        b"authorization",
        b"x-api-token",
        b"x-ninja-token",
        b"x-planado-api-key",
        b"x-planado-api-token",
    }
)
"""Headers that contain a credential in one of the dialects."""


def has_second_credential(lines: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether a request has two credentials, in one header twice or in two headers.

    What stands in front of the gateway may look at the other one. One `Authorization` that is not
    `Bearer` may stand beside a token: it is for a proxy.
    """
    given = [line for line in lines if line[0] in CREDENTIAL_HEADERS]
    if len(given) < 2:  # noqa: PLR2004  a second one
        return False
    authorizations = [value for name, value in given if name == b"authorization"]
    is_bearer = any(value[:6].lower() == b"bearer" for value in authorizations)
    return len(authorizations) != 1 or is_bearer or len(given) > 2  # noqa: PLR2004


class AuthMiddleware:
    """Middleware that passes a request on with the access that its credential gives.

    A dialect says in `read_credential` where the credential is. The middleware renders refusals
    itself: the exception handlers of the app would not see an exception that is raised here.
    """

    dialect: str
    """The name of the dialect for which a credential must be made."""
    refusal = "unknown credential"
    """The sentence for a credential that is missing or gives no access."""

    def __init__(
        self, app: ASGIApp, *, store: Store, render: Render, rate: RateLimit | None
    ) -> None:
        self.app = app
        self.store = store
        self.render = render
        self.rate = rate
        self.failures = TokenFailures(store)

    def read_credential(self, headers: Headers) -> str:
        """Return the credential in the headers, an empty text for none.

        Raises Unauthenticated for headers that are wrong whatever the credential is.
        """
        raise NotImplementedError

    async def authenticate(self, scope: Scope) -> Access:
        """Return the access of a request. Raise Unauthenticated for none.

        Raises TooManyRequests if the address of the request has failed too often.
        """
        if has_second_credential(scope["headers"]):
            raise Unauthenticated(self.refusal)
        try:
            credential = self.read_credential(Headers.of(scope))
        except Unauthenticated:
            await self.failures.count(scope)
            raise
        access = await self.find_access(credential, scope) if credential else None
        if access is None:
            if credential:  # without one, nothing was guessed
                await self.failures.count(scope)
            raise Unauthenticated(self.refusal)
        return access

    async def find_access(self, credential: str, scope: Scope) -> Access | None:
        """Find the access of a credential.

        None for a credential that is unknown, revoked or made for another dialect. The snapshot
        reader is asked first. The store is asked when the reader knows no access, but not for an
        address that is refused: then this raises TooManyRequests.
        """
        reader = self.store.snapshot_reader()
        can_tell = reader is not None and reader.refresh() is not None
        if reader is not None and can_tell:
            known = reader.find_access(self.dialect, credential)
            if known is not None:
                return known
        wait = self.failures.seconds_refused(scope)
        if not wait or (not can_tell and self.failures.is_known(credential)):
            access = await run_read(self.store.find_access, self.dialect, credential)
        elif can_tell:
            access = None
        else:
            access = await run_guess(self.store.find_access, self.dialect, credential)
        if access is not None:
            self.failures.remember(credential)
        elif wait:
            raise TooManyRequests(wait)
        return access

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
            access = await self.authenticate(scope)
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
        scope["gateway.store"] = self.store
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
