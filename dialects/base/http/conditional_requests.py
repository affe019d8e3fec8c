"""Conditional requests of RFC 9110: the tag of a version, what a writer expects, what a reader has.

A tag is the client's version between quotes. A weak one counts like a strong one: a proxy that
compresses an answer weakens its tag, and the version in it is exact all the same. A bare number
counts as a tag whose quotes were forgotten.
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from storage import ANY_VERSION, Client, Precondition, Stale, VersionMatch

FIELDS = ("if-match", "if-none-match")
TAG = re.compile(r'(?:W/)?("?)([1-9][0-9]{0,17})\1')


def etag_header(record: Client) -> dict[str, str]:
    return {"ETag": etag(record.version)}


def etag(version: int) -> str:
    return f'"{version}"'


def precondition(request: Request) -> Precondition:
    """From If-Match and If-None-Match of a request that writes. Raises Stale for one of them
    that cannot be read: nobody could say that it holds."""
    match, none_match = (read_condition(request, name) for name in FIELDS)
    return Precondition(match=match, none_match=none_match)


def read_condition(request: Request, name: str) -> VersionMatch | None:
    text = header_value(request, name)
    match = None if text is None else parse_tags(text)
    if text is not None and match is None:
        raise Stale(f"{name} cannot be read")
    return match


def refuse_conditions(request: Request) -> None:
    """For a write to what has no version: no condition on it can be kept."""
    if any(name in request.headers for name in FIELDS):
        raise Stale("what is written here has no version")


def not_modified(request: Request, record: Client) -> Response | None:
    """304 for a reader whose If-None-Match names the version that is shown."""
    if not names_version(record.version, header_value(request, "if-none-match") or ""):
        return None
    return Response(status_code=304, headers=etag_header(record))


def names_version(version: int, text: str) -> bool:
    """Whether the text of an If-None-Match names the version."""
    known = parse_tags(text) if text else None
    return known is not None and known.names_version(version)


def header_value(request: Request, name: str) -> str | None:
    """All lines of a field as one; None without any."""
    lines = request.headers.getlist(name)
    return ", ".join(lines).strip() if lines else None


def parse_tags(text: str) -> VersionMatch | None:
    """`*`, or tags with commas between them; None for anything else, even beside tags."""
    if text == "*":
        return ANY_VERSION
    parts = [part for part in map(str.strip, text.split(",")) if part]
    tags = [tag for tag in map(TAG.fullmatch, parts) if tag]
    if not tags or len(tags) < len(parts):
        return None
    return VersionMatch(versions=frozenset(int(tag[2]) for tag in tags))
