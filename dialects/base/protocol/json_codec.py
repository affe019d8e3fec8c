from typing import Any

import msgspec

from storage import MAX_INTEGER, MIN_INTEGER, UNSTORABLE, Invalid, Problem

from .failures import Malformed

MAX_DEPTH = 100
MAX_PROBLEMS = 100
ENCODER = msgspec.json.Encoder(decimal_format="number")


def parse_json(raw: bytes) -> Any:
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
    if len(problems) == MAX_PROBLEMS:
        return
    if isinstance(value, str) and UNSTORABLE.search(value):
        problems.append(Problem(tuple(path), "must not contain NUL or half a character"))
    elif isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        problems.append(Problem(tuple(path), "is out of range"))
