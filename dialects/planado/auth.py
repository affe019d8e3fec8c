"""Authorization: Bearer <key>, or one of the two older headers that live integrations send."""

from starlette.datastructures import Headers

from dialects.base import AuthMiddleware, Unauthenticated
from storage import Access

OLDER_HEADERS = ("x-planado-api-key", "x-planado-api-token")


class KeyMiddleware(AuthMiddleware):
    async def access(self, headers: Headers) -> Access:
        key = key_in(headers)
        access = await self.opened("planado", key) if key else None
        if access is None:
            raise Unauthenticated("unknown key")
        return access


def key_in(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return next((headers[name] for name in OLDER_HEADERS if name in headers), "")
