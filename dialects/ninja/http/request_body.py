"""The input of a request without files: query and body as one tree.

A body may come as JSON, as an urlencoded form or as a multipart form:

1. The body is read, within `BODY_LIMIT`, and parsed by its Content-Type. A body of any other type
   counts as JSON, and so does an urlencoded one that begins with `{`. Ignoring them would lose
   data without notice.
2. Bracketed names of forms and of the query nest as in PHP.
3. Values that one of the database engines cannot store are refused.
4. Query and body are merged, and the body wins. Texts are trimmed, empty texts become null.
"""

import re
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from dialects.base.http.bodies import parse_body, read_body
from dialects.base.http.part_forms import FormLimits, read_part_form
from dialects.base.protocol.failures import Malformed
from dialects.base.protocol.json_codec import parse_json, refuse_unstorable
from storage import Invalid, Problem

from ..protocol.input_tree import InputTree, merge_inputs, nest_pairs, normalize_client_tree

BODY_LIMIT = 4 * 2**20
MAX_FIELDS = 5000
MAX_FIELD_SIZE = 2**20
"""Bytes of one value in a form: the longest text of a client, with an escape for each byte."""
ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"

Pairs = list[tuple[str, Any]]
"""Names and values of a form, in their order."""


async def read_inputs(request: Request) -> InputTree:
    """Read the query and the body of a request as one tree, normalised and storable.

    Raise Malformed for a body that cannot be parsed, and Invalid for values that cannot be stored
    and for files.
    """
    query, kind = query_tree(request), content_type(request)
    if kind == MULTIPART:
        return check_texts(query, await read_text_parts(request))
    raw = await read_body(request, BODY_LIMIT)
    return await parse_body(lambda raw: check_input(query, parse_tree(kind, raw)), raw)


def check_texts(query: InputTree, pairs: Pairs) -> InputTree:
    """Return query and pairs of a form as one tree, as read_inputs does."""
    return check_input(query, nest_pairs(pairs))


def check_input(query: InputTree, body: InputTree) -> InputTree:
    """Merge query and body, and normalise them. Raise Invalid for values that cannot be stored."""
    refuse_unstorable(query | body)
    return normalize_client_tree(merge_inputs(query, body))


def query_tree(request: Request) -> InputTree:
    """Return the query of a request as a tree."""
    return nest_pairs(form_pairs(request.scope["query_string"]))


def parse_tree(kind: str, raw: bytes) -> InputTree:
    """Return a body of a media type as a tree."""
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


async def read_text_parts(request: Request) -> Pairs:
    """Read the texts of a multipart form. Raise Invalid if it has a file."""
    form = await read_part_form(request, FormLimits(BODY_LIMIT, BODY_LIMIT))
    try:
        items = form.multi_items()
        if files := [name for name, v in items if not isinstance(v, str) and v.filename]:
            raise Invalid(*map(refused_file, files))
        return text_pairs(form)
    finally:
        await form.close()


def text_pairs(form: FormData) -> Pairs:
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def refused_file(name: str) -> Problem:
    """Return the problem of a file in a field that takes none."""
    return Problem((name,), f"The {name} must not be a file.")


def form_pairs(raw: bytes) -> Pairs:
    """Parse an urlencoded form. Raise Malformed for one that is too large or not in UTF-8."""
    fields = raw.split(b"&", MAX_FIELDS)
    if len(fields) > MAX_FIELDS:
        raise Malformed(f"the form has more than {MAX_FIELDS} fields")
    try:
        pairs = [map(decode_escapes, field.split(b"=", 1)) for field in fields if field]
        return [(next(texts), next(texts, "")) for texts in pairs]
    except UnicodeDecodeError as error:
        raise Malformed("the form is not in UTF-8") from error


def decode_escapes(text: bytes) -> str:
    """Decode plus signs and percent escapes.

    A run of escapes is decoded at once. The functions of urllib make an object of a hundred bytes
    for each escape.
    """
    if len(text) > MAX_FIELD_SIZE:
        raise Malformed(f"a field of the form is larger than {MAX_FIELD_SIZE} bytes")
    return ESCAPES.sub(decode_run, text.replace(b"+", b" ")).decode()


def decode_run(escapes: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escapes[0].replace(b"%", b"").decode())
