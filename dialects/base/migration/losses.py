"""Loss reports: the values of a client that an API has no field for. Pure.

Each dialect has its own table of these fields. This module has what the tables share.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, structs

from storage import Client, Contact

MAX_LOSS_TEXT = 200
ONLY_BLANKS = "only blanks"
EMPTY_PARTS = frozenset({"null", '""', "{}", "[]"})


class Loss(NamedTuple):
    """A value of a client that is not transferred: its field, and its text in one short line."""

    field: str
    text: str


def make_loss(field: str, text: str) -> Loss:
    """Return a loss with the text in one line, cut to `MAX_LOSS_TEXT` characters.

    A text of nothing but white space is reported as `ONLY_BLANKS`.
    """
    line = " ".join(text.split()) or (ONLY_BLANKS if text else "")
    return Loss(field, line if len(line) <= MAX_LOSS_TEXT else f"{line[: MAX_LOSS_TEXT - 1]}…")


def lost_columns(
    record: Client | Contact, columns: Iterable[str], path: str = ""
) -> Iterator[Loss]:
    """Yield a loss for each of these columns that is not empty in the record."""
    for column in columns:
        if value := getattr(record, column):
            yield make_loss(f"{path}{column}", column_text(value))


def column_text(value: Any) -> str:
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
    """Yield a loss for each value that only other dialects than `own` have a field for."""
    for dialect, text in record.extras.items():
        if text and dialect != own:
            yield from lost_parts(f"extras.{dialect}", text)


def lost_parts(path: str, text: str) -> Iterator[Loss]:
    """Yield a loss for each key of a JSON object, or one for a text that is no object.

    Keys with an empty value are left out.
    """
    try:
        parts = msgspec.json.decode(text, type=dict[str, Raw])
    except (msgspec.MsgspecError, RecursionError):
        yield make_loss(path, text)
        return
    for name, part in parts.items():
        part_text = bytes(part).decode()
        if part_text not in EMPTY_PARTS:
            yield make_loss(f"{path}.{name}", part_text.strip('"'))


def hidden_name(record: Client) -> Iterator[Loss]:
    """Yield a loss for each filled name column of the kind that the client is not.

    A person can have an `organization_name`, an organization the parts of a person's name. They
    would be the client's name if its kind changed.
    """
    parts = ("first_name", "last_name", "middle_name")
    yield from lost_columns(record, ("organization_name",) if record.is_individual else parts)


def lost_empty_address(record: Client) -> Iterator[Loss]:
    """Yield a loss if the address is explicitly none: the API shows it like a missing one."""
    if record.service_text is not None and not record.service_text.strip():
        yield make_loss("service_text", "explicitly none")


def lost_blank_texts(
    record: Client, trim: Callable[[str], str], excluded: Iterable[str]
) -> Iterator[Loss]:
    """Yield a loss for each text of a client or a contact that only a trim makes empty.

    `excluded` fields are reported already, or keep their blanks.
    """
    paths = blank_columns(record, trim)
    for n, contact in enumerate(record.contacts):
        paths += [f"contacts[{n}].{column}" for column in blank_columns(contact, trim)]
    if paths:
        excluded_paths = set(excluded)
        yield from (Loss(path, ONLY_BLANKS) for path in paths if path not in excluded_paths)


def blank_columns(record: Client | Contact, trim: Callable[[str], str]) -> list[str]:
    """Return the columns with a text that is not empty, but is empty after trimming."""
    columns = zip(record.__struct_fields__, structs.astuple(record), strict=True)
    return [name for name, text in columns if text and isinstance(text, str) and not trim(text)]
