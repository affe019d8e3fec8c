import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct, structs

from storage import Path, Problem

from .json_codec import MAX_PROBLEMS

Shape = TypeVar("Shape", bound=Struct)


Describe = Callable[[str, Path], str]
"""Words for a value of the wrong type: gets what was expected (`array`, `str | null`) and where."""


def to_shape(
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
            found = find_misfits(given, field.type, (field.encode_name,), describe)
            problems += islice(found, MAX_PROBLEMS)
    return shape(**values)


def find_misfits(given: Any, kind: Any, path: Path, describe: Describe) -> Iterator[Problem]:
    """All that is of a wrong type within a value; the library tells of the first only."""
    kinds = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    shape = next((k for k in kinds if isinstance(k, type) and issubclass(k, Struct)), None)
    items = next((get_args(k) for k in kinds if get_origin(k) is list), None)
    if isinstance(given, dict) and shape:
        for field in structs.fields(shape):
            place = (*path, field.encode_name)
            if field.encode_name in given:
                yield from find_misfits(given[field.encode_name], field.type, place, describe)
            elif field.required:
                yield Problem(place, describe("missing", place))
    elif isinstance(given, list) and items:
        for n, child in enumerate(given):
            yield from find_misfits(child, items[0], (*path, n), describe)
    else:
        yield from check_value(given, kind, path, describe)


def check_value(given: Any, kind: Any, path: Path, describe: Describe) -> Iterator[Problem]:
    try:
        msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        expected = re.search("Expected `(.+?)`", str(error))
        yield Problem(path, describe(expected[1] if expected else "other", path))
