"""Filters and sort orders of the model's lists."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from storage.model.folding import fold
from storage.model.queries import (
    ClientColumn,
    ClientQuery,
    Comparison,
    ComparisonOperator,
    OneOf,
    TombstoneQuery,
)
from storage.model.records import Client, Contact, Group, State

Arrivals = Mapping[int, datetime]
"""When the last changes of clients arrived, by serial."""


def list_clients(clients: Iterable[Client], query: ClientQuery, arrivals: Arrivals) -> list[Client]:
    """List the clients that match a query, in its order, with `first_serial` before the others."""
    found = ordered([c for c in clients if finds(c, query, arrivals)], query)
    return sorted(found, key=lambda c: c.serial != query.first_serial)


# Which clients


def finds(client: Client, query: ClientQuery, arrivals: Arrivals) -> bool:
    """Check whether a client matches. The client with `first_serial` always matches."""
    return client.serial == query.first_serial or all(
        conditions(client, query, arrivals[client.serial])
    )


def conditions(client: Client, query: ClientQuery, arrived: datetime) -> Iterator[bool]:
    yield query.serials is None or client.serial in query.serials
    yield has_state(client, query.states)
    yield query.balance is None or compares(client, query.balance)
    if query.balance_between is not None:
        yield query.balance_between[0] <= client.balance <= query.balance_between[1]
    yield query.email is None or fold(query.email) in [fold(c.email) for c in client.contacts]
    yield query.number is None or fold(query.number) == fold(client.number)
    yield query.id_number is None or fold(query.id_number) == fold(client.id_number)
    yield query.name is None or fold(query.name) in fold(client.name)
    yield query.text is None or any(holds(text, query.text) for text in searched(client))
    yield from (is_among(client, among) for among in query.one_of)
    for holding in query.contains:
        yield fold(holding.text) in fold(getattr(client, holding.column.value))
    yield from time_conditions(client, arrived, query)


def has_state(record: Client | Group, states: frozenset[State] | None) -> bool:
    life = State.ARCHIVED if record.archived_at else State.ACTIVE
    return states is None or (State.DELETED if record.is_deleted else life) in states


def compares(client: Client, comparison: Comparison) -> bool:
    words: dict[ComparisonOperator, Callable[[Any, Any], bool]] = {
        ComparisonOperator.LT: lt,
        ComparisonOperator.LTE: le,
        ComparisonOperator.GT: gt,
        ComparisonOperator.GTE: ge,
        ComparisonOperator.EQ: eq,
    }
    return words[comparison.operator](client.balance, comparison.amount)


def searched(client: Client) -> list[str]:
    texts = [client.name, client.id_number, client.number]
    texts += [client.custom_value1, client.custom_value2]
    texts += [client.custom_value3, client.custom_value4]
    for contact in client.contacts:
        texts += [contact.first_name, contact.last_name, contact.email, contact.phone]
    return texts


def holds(text: str, part: str) -> bool:
    """Check whether a text contains a part. A part with a line break never matches."""
    return fold(part) in fold(text) and "\n" not in part


def is_among(client: Client, among: OneOf) -> bool:
    value = getattr(client, among.column.value)
    return caseless(value) in [caseless(given) for given in among.values]


def time_conditions(client: Client, arrived: datetime, query: ClientQuery) -> Iterator[bool]:
    created, updated = client.created_at, client.updated_at
    yield query.created_from is None or created >= query.created_from
    yield query.created_to is None or created <= query.created_to
    yield query.updated_from is None or updated >= query.updated_from
    yield query.updated_to is None or updated <= query.updated_to
    yield query.arrived_from is None or arrived >= query.arrived_from
    yield query.arrived_after is None or arrived > query.arrived_after
    yield query.arrived_before is None or arrived < query.arrived_before


def is_between(arrived: datetime, query: TombstoneQuery) -> bool:
    after, before = query.arrived_after, query.arrived_before
    is_late = after is None or arrived > after
    return is_late and (before is None or arrived < before)


# In which order


def ordered(clients: list[Client], query: ClientQuery) -> list[Client]:
    """Sort clients by the query's keys and then by serial; empty values come before all others."""
    found = sorted(clients, key=lambda c: c.serial)
    for sorting in reversed(query.sort_keys):
        key = KEYS.get(sorting.column) or field_key(sorting.column)
        found.sort(key=key, reverse=sorting.is_descending)
    return found


def called(client: Client) -> str:
    """Return the display name: the client's own, or else the first name or e-mail that a contact
    has."""
    lent = [c.name if c.name.strip() else c.email for c in client.contacts]
    return client.name or next((text for text in lent if text.strip()), "")


def primary(client: Client) -> Contact:
    [contact] = [contact for contact in client.contacts if contact.is_primary]
    return contact


FOLDED = (
    ClientColumn.ID_NUMBER,
    ClientColumn.VAT_NUMBER,
    ClientColumn.CUSTOM_VALUE1,
    ClientColumn.CUSTOM_VALUE2,
    ClientColumn.CUSTOM_VALUE3,
    ClientColumn.CUSTOM_VALUE4,
)
KEYS: dict[ClientColumn, Callable[[Client], Any]] = {
    ClientColumn.NAME: lambda c: fold(called(c)),
    ClientColumn.CONTACT: lambda c: fold(primary(c).name),
    ClientColumn.CONTACT_EMAIL: lambda c: fold(primary(c).email),
    ClientColumn.NUMBER: lambda c: int("".join(re.findall("[0-9]", c.number)) or "0"),
}
"""Those that are no field of a client, or not sorted by it as it stands."""


def field_key(order: ClientColumn) -> Callable[[Client], Any]:
    def key(client: Client) -> tuple[bool, Any]:
        value = getattr(client, order.value)
        is_folded = order in FOLDED
        return value is not None, fold(value) if is_folded else caseless(value)

    return key


def caseless(value: Any) -> Any:
    """Return a text with the letters A to Z in lower case, and any other value unchanged."""
    if not isinstance(value, str):
        return value
    return re.sub("[A-Z]", lambda letter: letter[0].lower(), value)
