"""The logos of clients, sent to everybody who asks.

A logo is a picture for mails and web pages, and these have no token. So its address needs none: the
40 random characters in it are all that gives access. Documents are stored under other names and are
never sent from here.
"""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dialects.base.http.authentication import SAFE_METHODS
from dialects.base.http.error_mapping import failure_of
from dialects.base.http.store_calls import run_file_io
from dialects.base.protocol.failures import WrongMethod
from storage import Failure, Store

from ..documents.file_types import MIME_TYPES
from .document_endpoints import SANDBOX_HEADERS
from .errors import render
from .stored_uploads import LOGO_PATH

LOGO_HEADERS = {**SANDBOX_HEADERS, "Cache-Control": "no-cache"}


def with_public_logos(app: ASGIApp, store: Store) -> ASGIApp:
    """Wrap an application so that logos are sent without a token."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or not path.startswith(LOGO_PATH):
            await app(scope, receive, send)
            return
        try:
            response = await logo_response(Request(scope), store, path.removeprefix(LOGO_PATH))
        except Failure as failure:
            response = render(failure_of(failure))
        await response(scope, receive, send)

    return respond


async def logo_response(request: Request, store: Store, name: str) -> Response:
    """Return the answer with a logo. Raise NotFound for a name that none has."""
    if request.method not in SAFE_METHODS:
        raise WrongMethod("GET, HEAD")
    chunks = await run_file_io(store.open_logo, name)
    media_type = MIME_TYPES[name.rpartition(".")[2]]
    if request.method == "HEAD":
        return Response(media_type=media_type, headers=LOGO_HEADERS)
    return StreamingResponse(chunks, media_type=media_type, headers=LOGO_HEADERS)
