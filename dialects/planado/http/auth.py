"""Authentication by `Authorization: Bearer <key>`, or by one of two older headers.

Live integrations still send the older headers.
"""

from dialects.base.http.authentication import AuthMiddleware, Headers

OLDER_HEADERS = (b"x-planado-api-key", b"x-planado-api-token")
KEY_HEADERS = ("Authorization", "X-Planado-Api-Key", "X-Planado-Api-Token")
"""The headers that say who is asking."""


class KeyMiddleware(AuthMiddleware):
    """Authentication of this API."""

    dialect = "planado"
    refusal = "unknown key"

    def read_credential(self, headers: Headers) -> str:
        return sent_key(headers)


def sent_key(headers: Headers) -> str:
    """Return the key of the Authorization header, else of an older header, else an empty text."""
    scheme, _, key = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    older_keys = (headers[name].decode("latin-1") for name in OLDER_HEADERS if name in headers)
    return next(older_keys, "")
