"""X-API-TOKEN on every request; X-API-SECRET too when the operator has set one."""

import hmac
from functools import partial

from starlette.types import ASGIApp

from dialects.base.http.authentication import AuthMiddleware, Headers
from dialects.base.http.error_mapping import Render
from dialects.base.protocol.failures import Unauthenticated
from storage import Access, Store

from .options import Options

TOKEN_HEADER = b"x-api-token"
OLDER_TOKEN_HEADER = b"x-ninja-token"
SECRET_HEADER = b"x-api-secret"


class TokenMiddleware(AuthMiddleware):
    def __init__(self, app: ASGIApp, *, store: Store, render: Render, options: Options) -> None:
        super().__init__(app, store=store, render=render, rate=options.rate)
        self.secret = options.api_secret.encode()

    async def authenticate(self, headers: Headers) -> Access:
        # Compared as bytes: comparing text in constant time refuses anything beyond ASCII.
        given = headers.get(SECRET_HEADER, b"")
        if self.secret and not hmac.compare_digest(given, self.secret):
            raise Unauthenticated("Invalid secret")
        token = headers.get(TOKEN_HEADER) or headers.get(OLDER_TOKEN_HEADER, b"")
        access = await self.find_access("ninja", token.decode("latin-1")) if token else None
        if access is None:
            raise Unauthenticated("Invalid token")
        return access


def auth(store: Store, render: Render, options: Options) -> partial[TokenMiddleware]:
    return partial(TokenMiddleware, store=store, render=render, options=options)
