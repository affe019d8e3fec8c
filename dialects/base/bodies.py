"""Bodies: read within a limit, decoded, checked, brought into shape, and written."""

import contextlib
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from itertools import islice
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct, structs
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from storage import Invalid, Path, Problem

from .failures import Malformed, TooLarge, Unsupported

Shape = TypeVar("Shape", bound=Struct)

MAX_DEPTH = 100
MOST_PROBLEMS = 100
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**63 - 1
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, and the halves of a pair of UTF-16, which no UTF-8 can hold."""
ENCODER = msgspec.json.Encoder(decimal_format="number")


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(ENCODER.encode(body), status, headers, media_type="application/json")


async def body_of(request: Request, limit: int) -> bytes:
    """The whole body, at most `limit` bytes. Raises TooLarge without reading the rest."""
    return b"".join([chunk async for chunk in stream_of(request, limit)])


async def stream_of(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """The body as it comes in, at most `limit` bytes of it."""
    if request.headers.get("content-encoding", "").lower() not in {"", "identity"}:
        raise Unsupported("compressed bodies are not read")
    if int_or_zero(request.headers.get("content-length", "")) > limit:
        raise TooLarge(f"the body is larger than {limit} bytes")
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"the body is larger than {limit} bytes")
            yield chunk
    except ClientDisconnect as error:
        raise Malformed("the caller hung up before the end of the body") from error


def int_or_zero(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def parsed_json(raw: bytes) -> Any:
    """Any JSON value. Raises Malformed for what is no JSON in UTF-8, or nested beyond reason."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(str(error)) from error


def refuse_unstorable(tree: Any) -> None:
    """Refuse what one engine would store and another would not: NUL, half characters,
    integers over 64 bits.

    Raises Invalid naming the places, Malformed for nesting that later steps could not follow.
    """
    problems: list[Problem] = []
    find_unstorable(tree, [], problems)
    if problems:
        raise Invalid(*problems)


def find_unstorable(value: Any, path: list[str | int], problems: list[Problem]) -> None:
    """`path` is where the search stands: one list for all of it, however large the tree."""
    if len(path) > MAX_DEPTH:
        raise Malformed("nested too deeply")
    if isinstance(value, dict | list):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            path.append(step)
            if isinstance(step, str):
                refuse_scalar(step, path, problems)
            find_unstorable(child, path, problems)
            path.pop()
    else:
        refuse_scalar(value, path, problems)


def refuse_scalar(value: Any, path: list[str | int], problems: list[Problem]) -> None:
    if len(problems) == MOST_PROBLEMS:
        return
    if isinstance(value, str) and UNSTORABLE.search(value):
        problems.append(Problem(tuple(path), "must not contain NUL or half a character"))
    elif isinstance(value, int) and not SMALLEST_INTEGER <= value <= LARGEST_INTEGER:
        problems.append(Problem(tuple(path), "is out of range"))


Describe = Callable[[str, Path], str]
"""Words for a value of the wrong type: gets what was expected (`array`, `str | null`) and where."""


def shaped(
    tree: Mapping[str, Any], shape: type[Shape], describe: Describe, problems: list[Problem]
) -> Shape:
    """The tree as a shape. Unknown keys are left out, and so are fields of a wrong type: each
    of those adds a problem, so that a caller hears of all of them at once."""
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(tree, shape)
    values = {}
    for field in structs.fields(shape):
        given = tree.get(field.encode_name, UNSET)
        if given is UNSET:
            continue
        try:
            values[field.name] = msgspec.convert(given, field.type)
        except msgspec.ValidationError:
            found = misfits(given, field.type, (field.encode_name,), describe)
            problems += islice(found, MOST_PROBLEMS)
    return shape(**values)


def misfits(given: Any, kind: Any, path: Path, describe: Describe) -> Iterator[Problem]:
    """All that is of a wrong type within a value; the library tells of the first only."""
    kinds = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    shape = next((k for k in kinds if isinstance(k, type) and issubclass(k, Struct)), None)
    items = next((get_args(k) for k in kinds if get_origin(k) is list), None)
    if isinstance(given, dict) and shape:
        for field in structs.fields(shape):
            place = (*path, field.encode_name)
            if field.encode_name in given:
                yield from misfits(given[field.encode_name], field.type, place, describe)
            elif field.required:
                yield Problem(place, describe("missing", place))
    elif isinstance(given, list) and items:
        for n, child in enumerate(given):
            yield from misfits(child, items[0], (*path, n), describe)
    else:
        yield from misfit(given, kind, path, describe)


def misfit(given: Any, kind: Any, path: Path, describe: Describe) -> Iterator[Problem]:
    try:
        msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        expected = re.search("Expected `(.+?)`", str(error))
        yield Problem(path, describe(expected[1] if expected else "other", path))
