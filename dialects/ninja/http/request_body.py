"""The input of a request without files: query and body as one tree.

A body may come as JSON, as an urlencoded form or as a multipart form:

1. The body is read, within `BODY_LIMIT`, and parsed by its Content-Type. A body of any other type
   counts as JSON, and so does an urlencoded one that begins with `{`. Ignoring them would lose
   data without notice.
2. Bracketed names of forms and of the query nest as in PHP.
3. Values that one of the database engines cannot store are refused.
4. Query and body are merged, and the body wins. Texts are trimmed, empty texts become null.
"""

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
MAX_FIELDS = 5000
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"


async def read_inputs(request: Request) -> InputTree:
    """Read the query and the body of a request as one tree, normalised and storable.

    Raise Malformed for a body that cannot be parsed, and Invalid for values that cannot be stored.
    """
    return checked_input(query_tree(request), await body_tree(request))


def checked_input(query: InputTree, body: InputTree) -> InputTree:
    """Merge query and body, and normalise them. Raise Invalid for values that cannot be stored."""
    refuse_unstorable(query | body)
    return normalize_client_tree(merge_inputs(query, body))


def query_tree(request: Request) -> InputTree:
    """Return the query of a request as a tree."""
    return nest_pairs(form_pairs(request.scope["query_string"]))


async def body_tree(request: Request) -> InputTree:
    kind = content_type(request)
    raw = await read_body(request, BODY_LIMIT)
    if kind == MULTIPART:
        return nest_pairs(await part_pairs(request, raw))
    if kind == URLENCODED and not raw.lstrip().startswith(b"{"):
        return nest_pairs(form_pairs(raw))
    # JSON needs no Content-Type: a body that was ignored would be lost without notice.
    tree = parse_json(raw) if raw.strip() else {}
    # PHP writes an empty object as an empty array.
    if tree == []:
        return {}
    if not isinstance(tree, dict):
        raise Malformed("the body is not an object")
    return tree


def content_type(request: Request) -> str:
    """Return the media type of the body in lower case, without parameters; empty for none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def part_pairs(request: Request, raw: bytes) -> list[tuple[str, Any]]:
    """Parse the text fields of a multipart form.

    Raise Malformed for a form that cannot be parsed or was cut off, and Invalid for a file.
    """
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"")
    if b"--" + boundary + b"--" not in raw:
        raise Malformed("the form of parts has no end")
    # Only the boundary is passed on: the parser would decode with any charset that a caller names.
    kind = b'multipart/form-data; boundary="' + boundary + b'"'
    scope = {**request.scope, "headers": [(b"content-type", kind)]}
    async with Request(scope, receive_once(raw)).form() as fields:
        pairs = [(k, v) for k, v in fields.multi_items() if isinstance(v, str)]
        files = [k for k, v in fields.multi_items() if not isinstance(v, str) and v.filename]
    if files:
        raise Invalid(*(Problem((name,), f"The {name} must not be a file.") for name in files))
    # The parser decodes a part that is not UTF-8 as latin-1.
    if not all(text.encode() in raw for _, text in pairs):
        raise Malformed("the form of parts is not in UTF-8")
    return pairs


def form_pairs(raw: bytes) -> list[tuple[str, Any]]:
    try:
        return parse_qsl(
            raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise Malformed(str(error)) from error


def receive_once(raw: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive
