"""The account's password, asked for by the operations that cannot be undone."""

import base64
import binascii

from starlette.datastructures import Headers
from starlette.requests import Request

from dialects.base.http.authentication import account_of
from dialects.base.http.store_calls import run_read
from dialects.base.protocol.failures import Unconfirmed
from storage import Store

PASSWORD_HEADER = "x-api-password"  # noqa: S105  the header's name
BASE64_HEADER = "x-api-password-base64"


async def confirm(store: Store, request: Request) -> None:
    """Raise Unconfirmed unless the account has a password and the request carries it."""
    password = password_in(request.headers)
    account = account_of(request)
    if not password or not await run_read(store.verify_password, account.id, password):
        raise Unconfirmed("the account's password is missing or wrong")


def password_in(headers: Headers) -> str:
    """The plain header, or the one in base64, which wins."""
    encoded = headers.get(BASE64_HEADER)
    if encoded is None:
        return headers.get(PASSWORD_HEADER, "")
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
