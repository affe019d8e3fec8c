"""Check of the account's password, required by operations that cannot be undone."""

import base64
import binascii

from starlette.datastructures import Headers
from starlette.requests import Request

from dialects.base.http.authentication import account_of
from dialects.base.http.failure_limits import check_password
from dialects.base.protocol.failures import Unconfirmed
from storage import Store

PASSWORD_HEADER = "x-api-password"  # noqa: S105  the header's name
BASE64_HEADER = "x-api-password-base64"


async def confirm_password(store: Store, request: Request) -> None:
    """Raise Unconfirmed unless the account has a password and the request has the same one.

    Raises TooManyRequests after many wrong ones.
    """
    password = sent_password(request.headers)
    account = account_of(request)
    if not password or not await check_password(store, account.id, password):
        raise Unconfirmed("the account's password is missing or wrong")


def sent_password(headers: Headers) -> str:
    """Return the password of the base64 header or, without that header, of the text header.

    An empty text for none, and for base64 that cannot be read.
    """
    encoded = headers.get(BASE64_HEADER)
    if encoded is None:
        return headers.get(PASSWORD_HEADER, "")
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
