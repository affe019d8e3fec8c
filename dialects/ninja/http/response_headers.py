"""The headers that this API puts on every answer, refusals included."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EVERY_ANSWER = {
    # Three numbers with dots: clients parse it, and refuse versions below 5.0.
    "X-App-Version": "5.10.17",
    "X-Minimum-Client-Version": "5.0.16",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "X-CLIENT-PLATFORM,X-React,X-API-PASSWORD-BASE64,X-API-COMPANY-KEY,X-CLIENT-VERSION,"
        "X-API-SECRET,X-API-TOKEN,X-API-PASSWORD,DNT,User-Agent,X-Requested-With,"
        "If-Modified-Since,Cache-Control,Content-Type,Content-Disposition,Range,X-CSRF-TOKEN,"
        "X-XSRF-TOKEN,X-LIVEWIRE,If-Match,If-None-Match"
    ),
    "Access-Control-Expose-Headers": (
        "X-APP-VERSION,X-MINIMUM-CLIENT-VERSION,Content-Disposition,ETag,Retry-After,"
        "X-Gateway-Ignored-Fields"
    ),
    "Cache-Control": "no-cache, private",
}
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS, PUT, DELETE",
    "Access-Control-Allow-Headers": EVERY_ANSWER["Access-Control-Allow-Headers"],
}
"""What a browser asks before it sends a request; it asks without a token."""
API_VERSION = {"X-Api-Version": "5.0.16"}
"""On the bodies of items and lists; its value is the minimum client version."""


RAW = [(name.lower().encode(), value.encode()) for name, value in EVERY_ANSWER.items()]
NAMES = frozenset(name for name, _ in RAW)


def with_headers(app: ASGIApp) -> ASGIApp:
    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            await PlainTextResponse("OK", headers=PREFLIGHT)(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [header for header in message["headers"] if header[0] not in NAMES]
                message["headers"] = own + RAW
            await send(message)

        await app(scope, receive, dressed)

    return answering
