"""Headers that this API puts on every answer, also on refusals."""

from starlette.responses import PlainTextResponse
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
    "If-Match,If-None-Match"
)
"""The same for a preflight, which is what a browser reads: the original's order for it, and the two
headers of conditional requests."""
COMMON_HEADERS = {
    # Three numbers with dots: clients of the API parse it, and refuse versions below 5.0.
    "X-App-Version": "5.10.17",
    "X-Minimum-Client-Version": "5.0.16",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": ALLOWED_HEADERS,
    "Access-Control-Expose-Headers": (
        "X-APP-VERSION,X-MINIMUM-CLIENT-VERSION,Content-Disposition,ETag,Retry-After,"
        "X-Gateway-Ignored-Fields"
    ),
    "Cache-Control": "no-cache, private",
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS, PUT, DELETE",
    "Access-Control-Allow-Headers": PREFLIGHT_ALLOWED_HEADERS,
}
"""Headers of the answer to a CORS preflight, which a browser sends without a token."""
API_VERSION_HEADER = {"X-Api-Version": "5.0.16"}
"""Header of answers with items and lists; its value is the minimum client version."""

RAW_COMMON_HEADERS = [(k.lower().encode(), v.encode()) for k, v in COMMON_HEADERS.items()]
COMMON_HEADER_NAMES = frozenset(name for name, _ in RAW_COMMON_HEADERS)


def with_common_headers(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that every answer has the common headers.

    The wrapper answers OPTIONS itself: a CORS preflight needs no token.
    """

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            await PlainTextResponse("OK", headers=PREFLIGHT_HEADERS)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [h for h in message["headers"] if h[0] not in COMMON_HEADER_NAMES]
                message["headers"] = others + RAW_COMMON_HEADERS
            await send(message)

        await app(scope, receive, send_with_headers)

    return respond
