"""Filters of a list: parameters of the query string, read as conditions of a ClientQuery."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import UNSET

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
from ..protocol.date_texts import read_date
from ..protocol.id_codec import IdCodec
from ..protocol.scalars import read_amount, read_integer, text_of

DELETED_STATES = frozenset({State.DELETED})
ALL_STATES = LIVE_STATES | DELETED_STATES

HASHED_ID_COLUMNS = {
    "group": ClientColumn.GROUP,
    "group_settings_id": ClientColumn.GROUP,
    "assigned_user_ids": ClientColumn.ASSIGNED_USER,
}
REFERENCE_ID_COLUMNS = {
    "country_id": ClientColumn.COUNTRY,
    "industry_id": ClientColumn.INDUSTRY,
    "size_id": ClientColumn.SIZE,
}
CONTAINS_COLUMNS = {
    "custom_value1": TextColumn.CUSTOM_VALUE1,
    "custom_value2": TextColumn.CUSTOM_VALUE2,
    "custom_value3": TextColumn.CUSTOM_VALUE3,
    "custom_value4": TextColumn.CUSTOM_VALUE4,
    "vat_number": TextColumn.VAT_NUMBER,
}
LAST_MICROSECOND = 999_999


def read_serial_filter(text: str, ids: IdCodec) -> tuple[int, ...] | None:
    """Read an id as a filter by serial: None if it is empty, () if it is no id at all.

    () matches no record.
    """
    if not text:
        return None
    serial = ids.decode(text)
    return () if serial is None else (serial,)


def one_of_filters(given: wire.ListParams, ids: IdCodec) -> Iterator[OneOf]:
    """Yield the filters that are lists with commas. A member that is no id matches no record."""
    for name, column in HASHED_ID_COLUMNS.items():
        if texts := split_list(getattr(given, name)):
            serials = [ids.decode(text) for text in texts]
            yield OneOf(column=column, values=tuple(s for s in serials if s is not None))
    for name, column in REFERENCE_ID_COLUMNS.items():
        if texts := split_list(getattr(given, name)):
            numbers = [read_integer(text) for text in texts]
            yield OneOf(column=column, values=tuple(n for n in numbers if n is not None))
    if classifications := split_list(given.classification):
        yield OneOf(column=ClientColumn.CLASSIFICATION, values=tuple(classifications))


def split_list(given: wire.Scalar) -> list[str]:
    """Return the members of a list with commas, without empty ones."""
    return [text for text in text_of(given).split(",") if text]


def contains_filters(given: wire.ListParams) -> Iterator[Contains]:
    """Yield the filters that match a part of a text."""
    for name, column in CONTAINS_COLUMNS.items():
        if text := text_of(getattr(given, name)):
            yield Contains(column=column, text=text)


def read_states(given: wire.ListParams) -> frozenset[State] | None:
    """Return the states that `status`, `is_deleted` and `with_trashed` all allow.

    None if they allow every state.
    """
    selected = ALL_STATES
    words = text_of(given.status).split(",")
    status_states = frozenset(state for state in State if state.value in words)
    if status_states:
        selected &= status_states
    if given.is_deleted is not UNSET:
        selected &= states_of_flag(text_of(given.is_deleted))
    if text_of(given.with_trashed) == "false":
        selected &= LIVE_STATES
    return None if selected == ALL_STATES else selected


def states_of_flag(text: str) -> frozenset[State]:
    """Return the states that `is_deleted` allows.

    `true` and 1 in any notation give the deleted clients, any other number gives none. All other
    words, and none at all, give the others: what is not understood must not widen the answer.
    """
    if text.lower() == "true":
        return DELETED_STATES
    amount = read_amount(text)
    if amount is None or amount == 0:
        return LIVE_STATES
    return DELETED_STATES if amount == 1 else frozenset()


def read_balance(text: str) -> Comparison | None:
    """Read `lt:10`, as documented, or `10:lt`, as the official SDK sends it.

    An unknown word means equal. None for any other form.
    """
    left, colon, right = text.partition(":")
    if not colon:
        return None
    word, number = (right, left) if read_amount(left) is not None else (left, right)
    amount = read_amount(number)
    if amount is None:
        return None
    is_known = word in {operator.value for operator in ComparisonOperator}
    return Comparison(
        operator=ComparisonOperator(word) if is_known else ComparisonOperator.EQ, amount=amount
    )


def read_amount_range(text: str) -> Any:
    """Read `from:to` as two amounts; None for any other form."""
    amounts = tuple(read_amount(part) for part in text.split(":"))
    return amounts if len(amounts) == 2 and None not in amounts else None  # noqa: PLR2004  two ends


def read_time_span(text: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Read `from,to`, both included; (None, None) for any other form.

    This API shows times in seconds, so an end without a fraction includes all of its second.
    """
    match [read_date(part, now) for part in text.split(",")]:
        case [datetime() as start, datetime() as end]:
            return start, end if end.microsecond else end.replace(microsecond=LAST_MICROSECOND)
        case _:
            return None, None


def latest_moment(*moments: datetime | None) -> datetime | None:
    """Return the latest of the moments; None if there is none."""
    return max((moment for moment in moments if moment is not None), default=None)
