"""Answers to what never becomes a request of a dialect: JSON with a message that both know."""

from http import HTTPStatus

import msgspec

JSON = b"application/json"


class Refusal(Exception):
    """Bytes that are not taken as a request: the status and the message of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


NO_HTTP = Refusal(400, "This is not a valid HTTP request.")
HEAD_TOO_LARGE = Refusal(431, "The head of the request is too large.")
URL_TOO_LONG = Refusal(414, "The URL is too long.")
FRAMING_TOO_LARGE = Refusal(400, "The chunks or the trailers of the body are too large.")
NOT_ONE_HOST = Refusal(400, "A request has exactly one Host header.")
UNKNOWN_CODING = Refusal(400, "The only known Transfer-Encoding is chunked.")
NO_UPGRADE = Refusal(400, "No other protocol is spoken here: send the request without Upgrade.")
TOO_SLOW = Refusal(408, "The request did not arrive in time.")
STOPPING = Refusal(503, "The server is stopping, try again.")
FULL = Refusal(503, "There are too many connections, try again.")


def json_message(message: str) -> bytes:
    return msgspec.json.encode({"message": message})


def closing_answer(refusal: Refusal) -> bytes:
    """Return the complete answer to a refused request. The connection closes after it."""
    body = json_message(refusal.message)
    retry = "Retry-After: 1\r\n" if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = (
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}\r\n"
        f"Content-Type: {JSON.decode()}\r\nContent-Length: {len(body)}\r\n"
        f"Cache-Control: private, no-store\r\nX-Content-Type-Options: nosniff\r\n"
        f"{retry}Connection: close\r\n\r\n"
    )
    return head.encode() + body
