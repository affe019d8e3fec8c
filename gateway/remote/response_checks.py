"""Checks of a response: whether it is a usable answer, and how long the server asks to wait."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx
import msgspec

from .deadlines import Deadline
from .failures import AccessDenied, AttemptFailure, CompressedAnswer, Redirected, TooLarge

RETRY_AFTER_SECONDS = re.compile("[0-9]{1,15}")
UNCOMPRESSED = {"", "identity"}
FIRST_SERVER_ERROR = 500
MAX_QUOTED_LENGTH = 100


def check_head(response: httpx.Response) -> None:
    """Raise AttemptFailure if status and headers show that the body is not worth reading."""
    status = response.status_code
    reason = f"the server answered {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise AttemptFailure(
            reason, status=status, retry_after=read_retry_after(response), is_certain=True
        )
    if status >= FIRST_SERVER_ERROR or response.is_informational:
        raise AttemptFailure(reason, status=status, retry_after=read_retry_after(response))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise AttemptFailure(
            f"{reason}: the token was refused", is_certain=True, final_failure=AccessDenied
        )
    if response.is_redirect:
        reason = f"{reason} and points to {redirect_host(response)}, where the token must not go"
        raise AttemptFailure(reason, is_certain=True, final_failure=Redirected)
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in UNCOMPRESSED:
        raise AttemptFailure(
            f"the answer is encoded as {printable_text(encoding)}, unasked",
            final_failure=CompressedAnswer,
        )


def redirect_host(response: httpx.Response) -> str:
    """Return only the host of a Location header: the rest can be secret, or long."""
    try:
        url = response.request.url.join(response.headers.get("location", ""))
    except httpx.InvalidURL:
        return "no address"
    return printable_text(url.raw_host.decode("ascii"))


def printable_text(text: str) -> str:
    """Return the printable ASCII characters of a text, at most `MAX_QUOTED_LENGTH` of them."""
    return "".join(c for c in text if " " <= c <= "~")[:MAX_QUOTED_LENGTH]


def iter_body_chunks(
    response: httpx.Response, *, limit: int, deadline: Deadline
) -> Iterator[bytes]:
    """Yield the bytes of the body. Raises AttemptFailure if they are too many or too late."""
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > limit:
            raise AttemptFailure(
                f"the answer is longer than {limit:,} bytes", final_failure=TooLarge
            )
        yield chunk
        deadline.seconds_left()


def check_body(response: httpx.Response, body: bytes, method: str) -> None:
    """Raise AttemptFailure if the body of a success is not JSON. Other bodies are not checked."""
    may_be_empty = method == "DELETE" or response.status_code == HTTPStatus.NO_CONTENT
    if not response.is_success or (may_be_empty and not body) or is_json(body):
        return
    if body[:100].lstrip().lower().startswith(b"rate limit exceeded"):
        raise AttemptFailure(
            "the server answered 429 in all but number",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            retry_after=read_retry_after(response),
            is_certain=True,
        )
    raise AttemptFailure("the answer was not JSON")


def is_json(body: bytes) -> bool:
    """Whether a body is valid JSON in UTF-8.

    As `Raw` it is read to its end, but no Python objects are built: 64 MiB of `[[],[],…` would fill
    the memory.
    """
    try:
        body.decode()
        msgspec.json.decode(body, type=msgspec.Raw)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return False
    return True


def read_retry_after(response: httpx.Response) -> float | None:
    """Return the seconds of a Retry-After header; None if our own back-off is to be used.

    That is so if the header is missing or invalid, or its moment is past.
    """
    text = response.headers.get("retry-after", "").strip()
    if RETRY_AFTER_SECONDS.fullmatch(text):
        return float(text) or None
    moment = read_date(text)
    if moment is None:
        return None
    now = read_date(response.headers.get("date", "")) or datetime.now(UTC)
    seconds = (moment - now).total_seconds()
    return seconds if seconds > 0 else None


def read_date(text: str) -> datetime | None:
    """Return the moment in a header, in UTC; None if it is missing or invalid."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
