"""A request's input as one tree, whichever of the accepted ways it came by."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.multipart import parse_options_header
from starlette.requests import Request
from starlette.types import Message

from dialects.base.http.bodies import read_body
from dialects.base.protocol.failures import Malformed
from dialects.base.protocol.json_codec import parse_json, refuse_unstorable
from storage import Invalid, Problem

from ..protocol.input_tree import InputTree, merge_inputs, nest_pairs, normalize_client_tree

BODY_LIMIT = 4 * 2**20
MOST_FIELDS = 5000
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"


async def read_inputs(request: Request) -> InputTree:
    """Query and body as one tree, normalised, checked for what could not be stored."""
    return checked(query_tree(request), await body_tree(request))


def checked(query: InputTree, body: InputTree) -> InputTree:
    refuse_unstorable(query | body)
    return normalize_client_tree(merge_inputs(query, body))


def query_tree(request: Request) -> InputTree:
    return nest_pairs(form_pairs(request.scope["query_string"]))


async def body_tree(request: Request) -> InputTree:
    kind = kind_of(request)
    raw = await read_body(request, BODY_LIMIT)
    if kind == MULTIPART:
        return nest_pairs(await part_pairs(request, raw))
    if kind == URLENCODED and not raw.lstrip().startswith(b"{"):
        return nest_pairs(form_pairs(raw))
    # JSON is also taken for JSON without its Content-Type: ignoring it would lose it silently.
    tree = parse_json(raw) if raw.strip() else {}
    if tree == []:
        return {}  # how PHP writes an empty object
    if not isinstance(tree, dict):
        raise Malformed("the body is not an object")
    return tree


def kind_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def part_pairs(request: Request, raw: bytes) -> list[tuple[str, Any]]:
    """The text fields of a form of parts. Raises Malformed also for one that was cut off."""
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"")
    if b"--" + boundary + b"--" not in raw:
        raise Malformed("the form of parts has no end")
    # Only the boundary is passed on: in a charset of the caller's choice anything can happen.
    kind = b'multipart/form-data; boundary="' + boundary + b'"'
    scope = {**request.scope, "headers": [(b"content-type", kind)]}
    async with Request(scope, replayed(raw)).form() as fields:
        pairs = [(k, v) for k, v in fields.multi_items() if isinstance(v, str)]
        files = [k for k, v in fields.multi_items() if not isinstance(v, str) and v.filename]
    if files:
        raise Invalid(*(Problem((name,), f"The {name} must not be a file.") for name in files))
    # The parser falls back to latin-1 for a part that is no UTF-8.
    if not all(text.encode() in raw for _, text in pairs):
        raise Malformed("the form of parts is not in UTF-8")
    return pairs


def form_pairs(raw: bytes) -> list[tuple[str, Any]]:
    try:
        return parse_qsl(
            raw.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise Malformed(str(error)) from error


def replayed(raw: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive
