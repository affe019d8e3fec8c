"""Conditional requests of RFC 9110: the tag of a version, what a writer expects, what a reader has.

A tag is the client's version between quotes. A weak one counts like a strong one: a proxy that
compresses an answer weakens its tag, and the version in it is exact all the same.
"""

import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from storage import Client, Expected

TAG = re.compile(r'(?:W/)?"([^"]*)"')
VERSION = re.compile("[1-9][0-9]{0,17}")


def tag(record: Client) -> dict[str, str]:
    return {"ETag": f'"{record.version}"'}


def expected(request: Request) -> Expected:
    """From If-Match and If-None-Match of a request that writes. What is no version of any client
    matches none, be it readable or not."""
    match, none_match = (field(request.headers, f"if-{name}") for name in ("match", "none-match"))
    return Expected(
        exists=False if none_match == "*" else True if match == "*" else None,
        versions=None if match in {None, "*"} else versions(match),
        others=None if none_match in {None, "*"} else versions(none_match),
    )


def unchanged(request: Request, record: Client) -> Response | None:
    """304 for a reader whose If-None-Match names the version that is shown."""
    known = field(request.headers, "if-none-match")
    if known is None or (known != "*" and record.version not in versions(known)):
        return None
    return Response(status_code=304, headers=tag(record))


def field(headers: Headers, name: str) -> str | None:
    """All lines of a field as one; None without any."""
    lines = headers.getlist(name)
    return ", ".join(lines).strip() if lines else None


def versions(tags: str) -> frozenset[int]:
    """`"3", W/"4"`; a bare number is taken for a tag whose quotes were forgotten."""
    named = [tags] if VERSION.fullmatch(tags) else TAG.findall(tags)
    return frozenset(int(text) for text in named if VERSION.fullmatch(text))
