"""What of a record a dialect has no words for: the tables' common part. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from storage import Client, Contact

LONGEST_TEXT = 200


class Loss(NamedTuple):
    """Something of a client that cannot come along: the field, and its text as far as it is short
    enough to be told."""

    field: str
    text: str


def make_loss(field: str, text: str) -> Loss:
    """Told in one line, and not in full when it is long."""
    line = " ".join(text.split())
    return Loss(field, line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…")


def lost_columns(
    record: Client | Contact, columns: Iterable[str], path: str = ""
) -> Iterator[Loss]:
    """A line for each of these that is not empty."""
    for column in columns:
        if value := getattr(record, column):
            yield make_loss(f"{path}{column}", value_text(value))


def value_text(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value.normalize():f}"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


def lost_extras(record: Client, own: str) -> Iterator[Loss]:
    """What other dialects alone know, part by part where it has parts."""
    for dialect, text in record.extras.items():
        if text and dialect != own:
            yield from lost_parts(f"extras.{dialect}", text)


def lost_parts(path: str, text: str) -> Iterator[Loss]:
    try:
        parts = msgspec.json.decode(text, type=dict[str, Raw])
    except (msgspec.MsgspecError, RecursionError):
        yield make_loss(path, text)
        return
    for name, part in parts.items():
        words = bytes(part).decode()
        if words not in EMPTY:
            yield make_loss(f"{path}.{name}", words.strip('"'))


EMPTY = frozenset({"null", '""', "{}", "[]"})


def hidden_name(record: Client) -> Iterator[Loss]:
    """The name that the client would have if it were of the other kind."""
    parts = ("first_name", "last_name", "middle_name")
    yield from lost_columns(record, ("organization_name",) if record.is_individual else parts)
