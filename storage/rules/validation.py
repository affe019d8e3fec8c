"""What every engine can hold. The rest is refused by name, before an engine does it in its way."""

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
from storage.model.limits import MAX_INTEGER, MAX_LENGTHS, MONEY_PLACES, UNSTORABLE
from storage.model.records import Origin

NUL = b"\\u0000"
"""As JSON writes it."""
NUMBERS = frozenset({int, float, Decimal})
ENCODER = msgspec.json.Encoder()


def is_storable(value: object) -> bool:
    """Whether a text or a number can be in a column; one that cannot is nowhere to be found."""
    match value:
        case str():
            # Neither NUL nor a surrogate is printable, and this look costs a tenth of the other.
            return value.isprintable() or not UNSTORABLE.search(value)
        case int():
            return -MAX_INTEGER - 1 <= value <= MAX_INTEGER
        case float():
            return math.isfinite(value)
        case Decimal():
            return value.is_finite() and is_storable(int(value.scaleb(MONEY_PLACES)))
        case _:
            return True


def sanitize_text(text: str) -> str:
    """A text of which no engine holds all, in a form that every engine does."""
    return UNSTORABLE.sub("\ufffd", text)


def refuse_unstorable(command: Struct) -> None:
    """Raise Invalid for texts with NUL or half a character, for numbers that are out of range,
    and for keys that are too long."""
    if is_surely_storable(command):
        return
    if problems := tuple(find_problems(command, ())):
        raise Invalid(*problems)


def is_surely_storable(command: Struct) -> bool:
    """Whether one look, at a tenth of the cost of a close one, shows that it can be stored."""
    match command:
        case ChangeClient():
            try:
                return has_storable_numbers(command) and NUL not in ENCODER.encode(command)
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
    """Whether its numbers, and the lengths of its keys, can be stored. False says nothing."""
    key = getattr(command, "external_id", None) or ""
    if getattr(command, "origins", None) or len(key) > MAX_LENGTHS["external_id"]:
        return False
    numbers = list(filter(None, number_getter(type(command))(command)))
    numbers += [draft.serial for draft in command.contacts or () if draft.serial]
    return all(map(is_storable, numbers))


@functools.cache
def number_getter(kind: type[Struct]) -> Callable[[Struct], tuple[Any, ...]]:
    """What takes the values out of a command that may be numbers."""
    fields = structs.fields(kind)
    names = [f.name for f in fields if not NUMBERS.isdisjoint((f.type, *get_args(f.type)))]
    return attrgetter(*names, *names[:1])


def find_problems(value: Any, path: Path) -> Iterator[Problem]:
    for step, part in children(value):
        yield from find_problems(part, (*path, step))
    if not is_storable(value):
        yield Problem(path, "cannot be stored")
    elif isinstance(value, str) and len(value) > MAX_LENGTHS.get(str(path[-1]), len(value)):
        yield Problem(path, "is too long")


def children(value: Any) -> Iterator[tuple[str | int, Any]]:
    """What is inside, each with its place; of a command only what it says."""
    match value:
        case Struct():
            for name in value.__struct_fields__:
                if given := getattr(value, name):
                    yield name, given
        case tuple():
            yield from enumerate(value)
        case dict():
            for name, part in value.items():
                yield name, name
                yield name, part
        case _:
            pass
