"""Headers that keep an answer with its caller: no cache stores it, and no browser guesses its type.

They are on every answer behind a credential, also on refusals and on 304.
"""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def with_private_answers(app: ASGIApp, credentials: Iterable[str]) -> ASGIApp:
    """Wrap an application. `credentials` are the request headers that say who is asking."""
    headers = [
        (b"cache-control", b"private, no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"vary", ", ".join(credentials).encode()),
    ]
    names = {name for name, _ in headers}

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_privately(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [line for line in message["headers"] if line[0] not in names]
                message["headers"] = others + headers
            await send(message)

        await app(scope, receive, send_privately)

    return respond
