"""Authorization: Bearer <key>, or one of the two older headers that live integrations send."""

from dialects.base.http.authentication import AuthMiddleware, Headers
from dialects.base.protocol.failures import Unauthenticated
from storage import Access

OLDER_HEADERS = (b"x-planado-api-key", b"x-planado-api-token")


class KeyMiddleware(AuthMiddleware):
    async def authenticate(self, headers: Headers) -> Access:
        key = key_in(headers)
        access = await self.find_access("planado", key) if key else None
        if access is None:
            raise Unauthenticated("unknown key")
        return access


def key_in(headers: Headers) -> str:
    scheme, _, key = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    older = (headers[name].decode("latin-1") for name in OLDER_HEADERS if name in headers)
    return next(older, "")
