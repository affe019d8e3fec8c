"""Validation of values: the texts and numbers that every engine can store.

Other values are refused with the names of their fields, before an engine raises an error of its
own.
"""

import functools
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from operator import attrgetter
from typing import Any, get_args

import msgspec
from msgspec import Struct, structs

from storage.model.commands import ChangeClient
from storage.model.errors import Invalid, Path, Problem
from storage.model.limits import (
    MAX_EXTRA_LENGTH,
    MAX_INTEGER,
    MAX_LENGTHS,
    MIN_INTEGER,
    MONEY_PLACES,
    UNSTORABLE,
)
from storage.model.records import Origin

ESCAPED_NUL = b"\\u0000"
"""The NUL character as JSON writes it."""
NUMBER_TYPES = frozenset({int, float, Decimal})
COMMAND_ENCODER = msgspec.json.Encoder()


def is_storable(value: object) -> bool:
    """Return whether a column can hold a text or a number. Other values count as storable.

    No row can have a value that cannot be stored, so a search for it finds nothing.
    """
    match value:
        case str():
            # NUL and surrogates are not printable, and this check costs a tenth of the regex.
            return value.isprintable() or not UNSTORABLE.search(value)
        case int():
            return MIN_INTEGER <= value <= MAX_INTEGER
        case float():
            return math.isfinite(value)
        case Decimal():
            return value.is_finite() and is_storable(int(value.scaleb(MONEY_PLACES)))
        case _:
            return True


def sanitize_text(text: str) -> str:
    """Replace the characters that an engine cannot store with U+FFFD."""
    return UNSTORABLE.sub("\ufffd", text)


def refuse_unstorable(command: Struct) -> None:
    """Raise Invalid if some value of a command cannot be stored.

    These are texts with NUL or a surrogate, numbers that are out of range, and keys that are too
    long.
    """
    if is_surely_storable(command):
        return
    if problems := tuple(find_problems(command, ())):
        raise Invalid(*problems)


def is_surely_storable(command: Struct) -> bool:
    """Return whether a quick check shows that a command can be stored.

    It costs a tenth of the check of each value. False does not mean that it cannot be stored.
    """
    match command:
        case ChangeClient():
            try:
                return has_storable_numbers(command) and ESCAPED_NUL not in COMMAND_ENCODER.encode(
                    command
                )
            except (msgspec.MsgspecError, ValueError, TypeError, OverflowError):
                return False
        case Origin(version=None):
            is_short = (
                len(command.source) <= MAX_LENGTHS["source"]
                and len(command.foreign_id) <= MAX_LENGTHS["foreign_id"]
            )
            return is_short and f"{command.source}{command.foreign_id}{command.stamp}".isprintable()
        case _:
            return False


def has_storable_numbers(command: ChangeClient) -> bool:
    """Return whether the numbers and the keys of a command can be stored, their length included.

    False does not mean that they cannot: the command then needs the check of each value.
    """
    key = getattr(command, "external_id", None) or ""
    if getattr(command, "origins", None) or len(key) > MAX_LENGTHS["external_id"]:
        return False
    extras = getattr(command, "extras", None) or {}
    if any(len(text) > MAX_EXTRA_LENGTH for text in extras.values()):
        return False
    if len(command.settings or "") > MAX_LENGTHS["settings"]:
        return False
    numbers = list(filter(None, number_getter(type(command))(command)))
    numbers += [draft.serial for draft in command.contacts or () if draft.serial]
    return all(map(is_storable, numbers))


@functools.cache
def number_getter(kind: type[Struct]) -> Callable[[Struct], tuple[Any, ...]]:
    """Return a function that reads the values of a command class that can be numbers."""
    fields = structs.fields(kind)
    names = [f.name for f in fields if not NUMBER_TYPES.isdisjoint((f.type, *get_args(f.type)))]
    return attrgetter(*names, *names[:1])


def find_problems(value: Any, path: Path) -> Iterator[Problem]:
    """Find the values inside a command that cannot be stored, with their paths."""
    for key, child in child_values(value):
        yield from find_problems(child, (*path, key))
    if not is_storable(value):
        yield Problem(path, "cannot be stored")
    elif isinstance(value, str) and len(value) > longest_text(path, len(value)):
        yield Problem(path, "is too long")


def longest_text(path: Path, default: int) -> int:
    """Return how many characters a text at a path may have."""
    if path[0] == "extras":
        return MAX_EXTRA_LENGTH
    return MAX_LENGTHS.get(str(path[-1]), default)


def child_values(value: Any) -> Iterator[tuple[str | int, Any]]:
    """Return the values inside a value, with their keys. Empty and UNSET fields are left out.

    A key of a dict is also one of its values, because it is stored too.
    """
    match value:
        case Struct():
            for name in value.__struct_fields__:
                if given := getattr(value, name):
                    yield name, given
        case tuple():
            yield from enumerate(value)
        case dict():
            for name, child in value.items():
                yield name, name
                yield name, child
        case _:
            pass
