"""Authentication by X-API-TOKEN, and by X-API-SECRET if the operator has set a secret."""

import hmac
from functools import partial

from starlette.types import ASGIApp

from dialects.base.http.authentication import AuthMiddleware, Headers
from dialects.base.http.error_mapping import Render
from dialects.base.protocol.failures import Unauthenticated
from storage import Store

from .options import Options

TOKEN_HEADER = b"x-api-token"
OLDER_TOKEN_HEADER = b"x-ninja-token"
SECRET_HEADER = b"x-api-secret"
TOKEN_HEADERS = ("X-API-TOKEN", "X-NINJA-TOKEN")
"""The headers that say who is asking."""


class TokenMiddleware(AuthMiddleware):
    """Authentication of this API: the secret is checked first, then the token."""

    dialect = "ninja"
    refusal = "Invalid token"

    def __init__(self, app: ASGIApp, *, store: Store, render: Render, options: Options) -> None:
        super().__init__(app, store=store, render=render, rate=options.rate)
        self.secret = options.api_secret.encode()

    def read_credential(self, headers: Headers) -> str:
        # compare_digest takes text only if it is ASCII, so bytes are compared.
        given = headers.get(SECRET_HEADER, b"")
        if self.secret and not hmac.compare_digest(given, self.secret):
            raise Unauthenticated("Invalid secret")
        token = headers.get(TOKEN_HEADER) or headers.get(OLDER_TOKEN_HEADER, b"")
        return token.decode("latin-1")


def token_auth(store: Store, render: Render, options: Options) -> partial[TokenMiddleware]:
    """Return the authentication middleware, without the application that it wraps."""
    return partial(TokenMiddleware, store=store, render=render, options=options)
