"""X-API-TOKEN on every request; X-API-SECRET too when the operator has set one."""

import hmac
from functools import partial

from starlette.datastructures import Headers
from starlette.types import ASGIApp

from dialects.base import AuthMiddleware, Render, Unauthenticated
from storage import Access, Store

from .options import Options

TOKEN_HEADER = "x-api-token"  # noqa: S105  the header's name
OLDER_TOKEN_HEADER = "x-ninja-token"  # noqa: S105  the header's name
SECRET_HEADER = "x-api-secret"  # noqa: S105  the header's name


class TokenMiddleware(AuthMiddleware):
    def __init__(self, app: ASGIApp, *, store: Store, render: Render, options: Options) -> None:
        super().__init__(app, store=store, render=render, rate=options.rate)
        self.secret = options.api_secret.encode()

    async def access(self, headers: Headers) -> Access:
        if self.secret:
            # Compared as bytes: comparing text in constant time refuses anything beyond ASCII.
            given = headers.get(SECRET_HEADER, "").encode("latin-1")
            if not hmac.compare_digest(given, self.secret):
                raise Unauthenticated("Invalid secret")
        token = headers.get(TOKEN_HEADER) or headers.get(OLDER_TOKEN_HEADER, "")
        access = await self.opened("ninja", token) if token else None
        if access is None:
            raise Unauthenticated("Invalid token")
        return access


def auth(store: Store, render: Render, options: Options) -> partial[TokenMiddleware]:
    return partial(TokenMiddleware, store=store, render=render, options=options)
