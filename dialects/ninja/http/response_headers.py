"""Headers that this API puts on every answer, also on refusals."""

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALLOWED_HEADERS = (
    "X-React,X-API-PASSWORD-BASE64,X-API-COMPANY-KEY,X-API-SECRET,X-API-TOKEN,X-API-PASSWORD,DNT,"
    "User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Content-Disposition,"
    "Range,X-CSRF-TOKEN,X-XSRF-TOKEN,X-LIVEWIRE"
)
"""Headers that a browser may send, as the original lists them."""
PREFLIGHT_ALLOWED_HEADERS = (
    "X-CLIENT-PLATFORM,X-React,X-API-PASSWORD-BASE64,X-API-COMPANY-KEY,X-CLIENT-VERSION,"
    "X-API-SECRET,X-API-TOKEN,X-API-PASSWORD,DNT,User-Agent,X-Requested-With,If-Modified-Since,"
    "Cache-Control,Content-Type,Content-Disposition,Range,X-CSRF-TOKEN,X-XSRF-TOKEN,X-LIVEWIRE,"
    "If-Match,If-None-Match,Idempotency-Key"
)
"""The same for a preflight, which is what a browser reads: the original's order for it, and the
headers of conditional and of repeated requests."""
VERSION_HEADER = "X-App-Version"
"""The header of the version that answers look like. Clients of the API parse it."""
COMMON_HEADERS = {
    "X-Minimum-Client-Version": "5.0.16",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": ALLOWED_HEADERS,
    "Access-Control-Expose-Headers": "X-APP-VERSION,X-MINIMUM-CLIENT-VERSION,Content-Disposition",
}
OWN_NAMES = frozenset(
    {
        b"etag",
        b"idempotency-replayed",
        b"retry-after",
        b"x-gateway-ignored-fields",
        b"x-gateway-changes-until",
    }
)
OWN_HEADERS = {
    b"access-control-expose-headers": (
        b",ETag,Retry-After,X-Gateway-Ignored-Fields,X-Gateway-Changes-Until,Idempotency-Replayed"
    )
}
"""What a browser may read besides, where an answer has a header that the original does not have."""
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS, PUT, DELETE",
    "Access-Control-Allow-Headers": PREFLIGHT_ALLOWED_HEADERS,
    "Cache-Control": "no-cache, private",
    "Content-Type": "text/html; charset=UTF-8",
}
"""Headers of the answer to a CORS preflight, which a browser sends without a token."""
API_VERSION_HEADER = {"X-Api-Version": "5.0.16"}
"""Header of answers with items and lists; its value is the minimum client version."""


def with_common_headers(app: ASGIApp, version: str) -> ASGIApp:
    """Wrap an application so that every answer has the common headers.

    The wrapper answers OPTIONS itself: a CORS preflight needs no token.
    """
    headers = {VERSION_HEADER: version} | COMMON_HEADERS
    common_headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    common_names = frozenset(name for name, _ in common_headers)
    with_own = [(name, value + OWN_HEADERS.get(name, b"")) for name, value in common_headers]

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            await HTMLResponse("OK", headers=PREFLIGHT_HEADERS)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [h for h in message["headers"] if h[0] not in common_names]
                has_own = not OWN_NAMES.isdisjoint(name for name, _ in others)
                message["headers"] = others + (with_own if has_own else common_headers)
            await send(message)

        await app(scope, receive, send_with_headers)

    return respond
