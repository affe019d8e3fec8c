"""JSON of bodies: the decoder, the encoder of wire shapes, and the check for unstorable values."""

from typing import Any

import msgspec

from storage import MAX_INTEGER, MIN_INTEGER, UNSTORABLE, Invalid, Problem

from .failures import Malformed, TooLarge

MAX_DEPTH = 100
MAX_VALUES = 50_000
"""Values in one body. A client with a thousand contacts has less than half as many."""
MAX_PROBLEMS = 100
WIRE_ENCODER = msgspec.json.Encoder(decimal_format="number")


def parse_json(raw: bytes) -> Any:
    """Parse any JSON value.

    Raise Malformed for text that is not JSON in UTF-8, or that is nested too deeply to parse, and
    TooLarge for more than MAX_VALUES values.
    """
    if count_values(raw) > MAX_VALUES:
        refuse_many_values(without_strings(raw))
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(str(error)) from error


def count_values(raw: bytes) -> int:
    """Return how many values a JSON text can have at most, before it is parsed."""
    return 1 + raw.count(b",") + raw.count(b"[") + raw.count(b"{")


def refuse_many_values(bare: bytes) -> None:
    """Raise TooLarge for a JSON text without strings that has too many values.

    Raise Malformed if most of them are within each other.
    """
    values, siblings = count_values(bare), bare.count(b",")
    if values > MAX_VALUES and values > 4 * siblings:
        raise Malformed("nested too deeply")
    if values > MAX_VALUES:
        raise TooLarge(f"the body has more than {MAX_VALUES} values")


def without_strings(raw: bytes) -> bytes:
    """Return a JSON text without the insides of its strings.

    Raise TooLarge for more strings than MAX_VALUES values and keys can be.
    """
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    if unescaped.count(b'"') > 4 * MAX_VALUES:
        refuse_many_values(unescaped)
        raise TooLarge(f"the body has more than {MAX_VALUES} values")
    return b'""'.join(unescaped.split(b'"')[::2])


def refuse_unstorable(tree: Any) -> None:
    """Refuse values that one database engine would store and another would not.

    These are NUL, halves of surrogate pairs, and integers over 64 bits. Raise Invalid with their
    paths. Raise Malformed for a tree that is nested too deeply for later steps.
    """
    problems: list[Problem] = []
    collect_unstorable(tree, [], problems)
    if problems:
        raise Invalid(*problems)


def collect_unstorable(value: Any, path: list[str | int], problems: list[Problem]) -> None:
    """Add a problem for every unstorable value in a tree.

    `path` is the path of `value`. One list serves the whole search, however large the tree is.
    """
    if len(path) > MAX_DEPTH:
        raise Malformed("nested too deeply")
    if isinstance(value, dict | list):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            path.append(step)
            if isinstance(step, str):
                check_scalar(step, path, problems)
            collect_unstorable(child, path, problems)
            path.pop()
    else:
        check_scalar(value, path, problems)


def check_scalar(value: Any, path: list[str | int], problems: list[Problem]) -> None:
    if len(problems) == MAX_PROBLEMS:
        return
    if isinstance(value, str) and UNSTORABLE.search(value):
        problems.append(Problem(tuple(path), "must not contain NUL or half a character"))
    elif isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        problems.append(Problem(tuple(path), "is out of range"))
