"""What an answer means: whether it is one, and how long its server asks to wait."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx
import msgspec

from .deadlines import Deadline
from .failures import AccessDenied, AttemptFailure, CompressedAnswer, Redirected, TooLarge

SECONDS = re.compile("[0-9]{1,15}")
BARE = {"", "identity"}
SERVER_ERRORS = 500


def judge_head(response: httpx.Response) -> None:
    """Raises Setback unless the body is worth reading."""
    status = response.status_code
    reason = f"the server answered {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise AttemptFailure(
            reason, status=status, retry_after=asked_wait(response), is_certain=True
        )
    if status >= SERVER_ERRORS or response.is_informational:
        raise AttemptFailure(reason, status=status, retry_after=asked_wait(response))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise AttemptFailure(
            f"{reason}: the token was refused", is_certain=True, final_failure=AccessDenied
        )
    if response.is_redirect:
        reason = f"{reason} and points to {target(response)}, where the token must not go"
        raise AttemptFailure(reason, is_certain=True, final_failure=Redirected)
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in BARE:
        raise AttemptFailure(
            f"the answer is encoded as {plain(encoding)}, unasked", final_failure=CompressedAnswer
        )


def target(response: httpx.Response) -> str:
    """The host alone: what else a Location says may be secret, or long."""
    try:
        url = response.request.url.join(response.headers.get("location", ""))
    except httpx.InvalidURL:
        return "no address"
    return plain(url.raw_host.decode("ascii"))


def plain(text: str) -> str:
    return "".join(c for c in text if " " <= c <= "~")[:100]


def chunks(response: httpx.Response, *, limit: int, deadline: Deadline) -> Iterator[bytes]:
    """The bytes as they were sent. Raises Setback when they are too many or too late."""
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > limit:
            raise AttemptFailure(
                f"the answer is longer than {limit:,} bytes", final_failure=TooLarge
            )
        yield chunk
        deadline.seconds_left()


def judge_body(response: httpx.Response, body: bytes, method: str) -> None:
    """Raises Setback when a success does not come as JSON. Other answers may come as they like."""
    may_be_empty = method == "DELETE" or response.status_code == HTTPStatus.NO_CONTENT
    if not response.is_success or (may_be_empty and not body) or is_json(body):
        return
    if body[:100].lstrip().lower().startswith(b"rate limit exceeded"):
        raise AttemptFailure(
            "the server answered 429 in all but number",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            retry_after=asked_wait(response),
            is_certain=True,
        )
    raise AttemptFailure("the answer was not JSON")


def is_json(body: bytes) -> bool:
    """As Raw it is read to its end, but not built: 64 MiB of `[[],[],…` would fill the memory."""
    try:
        body.decode()
        msgspec.json.decode(body, type=msgspec.Raw)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return False
    return True


def asked_wait(response: httpx.Response) -> float | None:
    """Seconds, or None when the server names none, names nonsense, or a moment that is past:
    then we know better ourselves."""
    text = response.headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(text):
        return float(text) or None
    moment = read_date(text)
    if moment is None:
        return None
    now = read_date(response.headers.get("date", "")) or datetime.now(UTC)
    seconds = (moment - now).total_seconds()
    return seconds if seconds > 0 else None


def read_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
