"""Single filters of a list: the texts of a query string as conditions of a ClientQuery."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from storage import (
    LIVE_STATES,
    ClientColumn,
    Comparison,
    ComparisonOperator,
    Contains,
    OneOf,
    State,
    TextColumn,
)

from ..protocol import wire
from ..protocol.id_codec import IdCodec
from ..protocol.scalars import read_amount, read_integer, read_moment, text_of

DELETED = frozenset({State.DELETED})
ALL = LIVE_STATES | DELETED

HASHED = {
    "group": ClientColumn.GROUP,
    "group_settings_id": ClientColumn.GROUP,
    "assigned_user_ids": ClientColumn.ASSIGNED_USER,
}
NUMBERED = {
    "country_id": ClientColumn.COUNTRY,
    "industry_id": ClientColumn.INDUSTRY,
    "size_id": ClientColumn.SIZE,
}
HOLDING = {
    "custom_value1": TextColumn.CUSTOM_VALUE1,
    "custom_value2": TextColumn.CUSTOM_VALUE2,
    "custom_value3": TextColumn.CUSTOM_VALUE3,
    "custom_value4": TextColumn.CUSTOM_VALUE4,
    "vat_number": TextColumn.VAT_NUMBER,
}
LAST_MICROSECOND = 999_999


def read_serial_filter(text: str, ids: IdCodec) -> tuple[int, ...] | None:
    """The record of an id; an id that nobody can have finds nothing."""
    if not text:
        return None
    serial = ids.decode(text)
    return () if serial is None else (serial,)


def one_of_filters(given: wire.ListParams, ids: IdCodec) -> Iterator[OneOf]:
    """Comma lists; a member that nobody can have finds nothing."""
    for name, column in HASHED.items():
        if texts := split_list(getattr(given, name)):
            found = [ids.decode(text) for text in texts]
            yield OneOf(column=column, values=tuple(s for s in found if s is not None))
    for name, column in NUMBERED.items():
        if texts := split_list(getattr(given, name)):
            numbers = [read_integer(text) for text in texts]
            yield OneOf(column=column, values=tuple(n for n in numbers if n is not None))
    if words := split_list(given.classification):
        yield OneOf(column=ClientColumn.CLASSIFICATION, values=tuple(words))


def split_list(given: wire.Scalar) -> list[str]:
    return [text for text in text_of(given).split(",") if text]


def contains_filters(given: wire.ListParams) -> Iterator[Contains]:
    for name, column in HOLDING.items():
        if text := text_of(getattr(given, name)):
            yield Contains(column=column, text=text)


def states(given: wire.ListParams) -> frozenset[State] | None:
    """What `status`, `is_deleted` and `with_trashed` leave when all of them count."""
    left = ALL
    words = text_of(given.status).split(",")
    wanted = frozenset(state for state in State if state.value in words)
    if wanted:
        left &= wanted
    match text_of(given.is_deleted).lower():
        case "true" | "1":
            left &= DELETED
        case "false" | "0":
            left &= LIVE_STATES
        case _:
            pass
    if text_of(given.with_trashed).lower() == "false":
        left &= LIVE_STATES
    return None if left == ALL else left


def read_balance(text: str) -> Comparison | None:
    """`lt:10` as documented, `10:lt` as the official SDK sends it; an unknown word means equal."""
    left, colon, right = text.partition(":")
    if not colon:
        return None
    word, number = (right, left) if read_amount(left) is not None else (left, right)
    amount = read_amount(number)
    if amount is None:
        return None
    known = word in {operator.value for operator in ComparisonOperator}
    return Comparison(
        operator=ComparisonOperator(word) if known else ComparisonOperator.EQ, amount=amount
    )


def read_amount_range(text: str) -> Any:
    amounts = tuple(read_amount(part) for part in text.split(":"))
    return amounts if len(amounts) == 2 and None not in amounts else None  # noqa: PLR2004  two ends


def read_time_span(text: str) -> tuple[datetime | None, datetime | None]:
    """`from,to`, both included; anything else does not count. Times are shown in whole seconds:
    an end that is one includes all that happened in it."""
    match [read_moment(part) for part in text.split(",")]:
        case [datetime() as start, datetime() as end]:
            return start, end if end.microsecond else end.replace(microsecond=LAST_MICROSECOND)
        case _:
            return None, None


def latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
