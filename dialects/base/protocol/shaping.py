"""Conversion of a parsed tree to a wire shape, with a problem for every field of a wrong type."""

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

DescribeType = Callable[[str, Path], str]
"""Returns the sentence about a value of a wrong type.

Gets the expected type (`array`, `str | null`) and the path of the value.
"""


def to_shape(
    tree: Mapping[str, Any], shape: type[Shape], describe: DescribeType, problems: list[Problem]
) -> Shape:
    """Convert a tree to a shape.

    Unknown keys are left out. A field of a wrong type is left out and adds a problem, so that a
    caller sees all problems at once.
    """
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
            field_problems = type_problems(given, field.type, (field.encode_name,), describe)
            problems += islice(field_problems, MAX_PROBLEMS)
    return shape(**values)


def type_problems(given: Any, kind: Any, path: Path, describe: DescribeType) -> Iterator[Problem]:
    """Yield a problem for every wrong type within a value; msgspec reports only the first one."""
    kinds = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    shape = next((k for k in kinds if isinstance(k, type) and issubclass(k, Struct)), None)
    items = next((get_args(k) for k in kinds if get_origin(k) is list), None)
    if isinstance(given, dict) and shape:
        for field in structs.fields(shape):
            place = (*path, field.encode_name)
            if field.encode_name in given:
                yield from type_problems(given[field.encode_name], field.type, place, describe)
            elif field.required:
                yield Problem(place, describe("missing", place))
    elif isinstance(given, list) and items:
        for n, child in enumerate(given):
            yield from type_problems(child, items[0], (*path, n), describe)
    else:
        yield from value_problems(given, kind, path, describe)


def value_problems(given: Any, kind: Any, path: Path, describe: DescribeType) -> Iterator[Problem]:
    try:
        msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        expected = re.search("Expected `(.+?)`", str(error))
        yield Problem(path, describe(expected[1] if expected else "other", path))
