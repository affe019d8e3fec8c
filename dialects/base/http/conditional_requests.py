"""Conditional requests of RFC 9110: entity tags, If-Match and If-None-Match.

An entity tag is the client's version between quotes. A weak tag counts like a strong one: a proxy
that compresses an answer weakens its tag, but the version in the tag stays exact. A number without
quotes counts as a tag whose quotes were forgotten.
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from storage import ANY_VERSION, Client, Precondition, Stale, VersionMatch

CONDITION_HEADERS = ("if-match", "if-none-match")
ETAG_PATTERN = re.compile(r'(?:W/)?("?)([1-9][0-9]{0,17})\1')


def etag_header(record: Client) -> dict[str, str]:
    """Return the ETag header of a client."""
    return {"ETag": etag(record.version)}


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def precondition(request: Request) -> Precondition:
    """Return the precondition in If-Match and If-None-Match of a request that writes.

    Raise Stale for a header that cannot be read: it is unknown whether its condition holds.
    """
    match, none_match = (read_condition(request, name) for name in CONDITION_HEADERS)
    return Precondition(match=match, none_match=none_match)


def read_condition(request: Request, name: str) -> VersionMatch | None:
    text = header_value(request, name)
    match = None if text is None else parse_tags(text)
    if text is not None and match is None:
        raise Stale(f"{name} cannot be read")
    return match


def refuse_conditions(request: Request) -> None:
    """Raise Stale for any condition on a record without a version: it cannot be checked."""
    if any(name in request.headers for name in CONDITION_HEADERS):
        raise Stale("what is written here has no version")


def not_modified(request: Request, record: Client) -> Response | None:
    """Return a 304 answer if the request's If-None-Match names the client's version, else None."""
    if not names_version(record.version, header_value(request, "if-none-match") or ""):
        return None
    return Response(status_code=304, headers=etag_header(record))


def names_version(version: int, text: str) -> bool:
    """Return whether the text of an If-None-Match header names the version."""
    match = parse_tags(text) if text else None
    return match is not None and match.names_version(version)


def header_value(request: Request, name: str) -> str | None:
    """Return all lines of a header as one text; None if the request has none."""
    lines = request.headers.getlist(name)
    return ", ".join(lines).strip() if lines else None


def parse_tags(text: str) -> VersionMatch | None:
    """Parse `*`, or entity tags with commas between them.

    None for any other text, also for a list in which one part is no tag.
    """
    if text == "*":
        return ANY_VERSION
    parts = [part for part in map(str.strip, text.split(",")) if part]
    tags = [tag for tag in map(ETAG_PATTERN.fullmatch, parts) if tag]
    if not tags or len(tags) < len(parts):
        return None
    return VersionMatch(versions=frozenset(int(tag[2]) for tag in tags))
