"""Translation of the query string of a list to a ClientQuery."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs

from dialects.base.protocol.failures import Rejected
from storage import ClientColumn, ClientQuery, Invalid, SortKey

from ..protocol import wire
from ..protocol.date_texts import read_date
from ..protocol.id_codec import IdCodec
from ..protocol.messages import too_long
from ..protocol.pagination import Window, read_window
from ..protocol.scalars import text_of
from . import filters

MAX_SORT_KEYS = 10
MAX_SORT_TEXTS = 1000
"""Texts of a list in which sort keys are looked for."""
MAX_PARAMETER_LENGTH = 65_536
"""Characters of one parameter: no URL has more, and no text of a client."""

INCLUDES = frozenset(
    [
        "contacts",
        "documents",
        "gateway_tokens",
        "activities",
        "ledger",
        "system_logs",
        "group_settings",
        "invoices",
        "quotes",
        "credits",
        "payments",
        "tasks",
        "projects",
        "expenses",
        "recurring_invoices",
        "recurring_expenses",
        "company",
        "user",
        "assigned_user",
        "country",
        "shipping_country",
        "industry",
        "size",
        "primary_contact",
        "company_ledger",
        "purgeable_activities",
    ]
)
"""Relations of a client that `include` may name. Those that are not served have no effect."""
NESTED_INCLUDES = frozenset({"client", "history"})
"""Relations that only relations of a client have, as in `contacts.client`."""

CLIENT_SORT_COLUMNS = {order.value: order for order in ClientColumn} | {
    "id": ClientColumn.SERIAL,
    "display_name": ClientColumn.NAME,
    "contacts": ClientColumn.CONTACT,
    "deleted_at": ClientColumn.ARCHIVED_AT,
    "user_id": ClientColumn.USER,
    "assigned_user_id": ClientColumn.ASSIGNED_USER,
    "group_settings_id": ClientColumn.GROUP,
}


def params(tree: dict[str, Any]) -> wire.ListParams:
    """Return the parameters of a list.

    Unknown keys are ignored, and lists too, except in `sort`. A list for `is_deleted` counts as an
    empty value.
    """
    flat = {k: v for k, v in tree.items() if not isinstance(v, dict | list)}
    if isinstance(tree.get("sort"), list):
        flat["sort"] = tree["sort"]
    if isinstance(tree.get("is_deleted"), list):
        flat["is_deleted"] = None
    return msgspec.convert(flat, wire.ListParams)


def check_lengths(tree: dict[str, Any]) -> None:
    """Raise Invalid for parameters of a list that are longer than any text they could find."""
    problems = [
        too_long(name, MAX_PARAMETER_LENGTH)
        for name, value in tree.items()
        if isinstance(value, str | list) and len(value) > MAX_PARAMETER_LENGTH
    ]
    if problems:
        raise Invalid(*problems)


def client_query(given: wire.ListParams, ids: IdCodec, now: datetime) -> ClientQuery:
    """Return the store's query for a list of clients. Raises Rejected for an unknown include.

    `now` is where dates like `yesterday` start.
    """
    check_include(given)
    created_from = read_date(text_of(given.created_at), now)
    created = filters.read_time_span(text_of(given.created_between), now)
    updated = filters.read_time_span(text_of(given.updated_between), now)
    query = ClientQuery(
        serials=filters.read_serial_filter(text_of(given.client_id), ids),
        states=filters.read_states(given),
        balance=filters.read_balance(text_of(given.balance)),
        balance_between=filters.read_amount_range(text_of(given.between_balance)),
        email=text_of(given.email) or None,
        id_number=text_of(given.id_number) or None,
        number=text_of(given.number) or None,
        name=text_of(given.name) or None,
        text=text_of(given.filter) or None,
        one_of=tuple(filters.one_of_filters(given, ids)),
        contains=tuple(filters.contains_filters(given)),
        created_from=filters.latest_moment(created_from, created[0]),
        created_to=created[1],
        updated_from=updated[0],
        updated_to=updated[1],
        arrived_from=read_date(text_of(given.updated_at), now),
        first_serial=ids.decode(text_of(given.with_)),
        sort_keys=read_sort_keys(given.sort),
    )
    return with_window(query, read_window(given))


def wants_outline(given: wire.ListParams) -> bool:
    """Return whether only the names and numbers of the clients are needed."""
    return text_of(given.filter_details).lower() == "true"


def included_relations(given: wire.ListParams) -> frozenset[str]:
    """Return the relations that each client is shown with, as in `include=activities.history`."""
    text = text_of(given.include)[:MAX_PARAMETER_LENGTH]
    return frozenset(path.partition(".")[0] for path in text.split(","))


def wants_groups(given: wire.ListParams) -> bool:
    """Return whether each client is shown with its group."""
    return "group_settings" in included_relations(given)


def check_include(given: wire.ListParams) -> None:
    """Raise Rejected for an include that is no relation of a client. Blanks belong to the name."""
    text = text_of(given.include)
    for path in filter(None, text.split(",")):
        relation, *nested = path.split(".")
        if relation.lower() not in INCLUDES:
            raise Rejected(f"Relation `{path}` is not a valid include.")
        for name in nested:
            if name.lower() not in INCLUDES | NESTED_INCLUDES:
                raise Rejected(f"Relation `{name}` is not a valid include.")


def read_sort_keys(given: wire.Scalar | list[Any]) -> tuple[SortKey, ...]:
    """Read sort keys as `column|asc`, the most important key first. Case does not count.

    Every other direction is descending. Unknown columns, repeated columns and keys after the
    first MAX_SORT_KEYS are ignored.
    """
    sort_keys: dict[ClientColumn, SortKey] = {}
    for text in map(text_of, given[:MAX_SORT_TEXTS] if isinstance(given, list) else [given]):
        name, _, direction = text.partition("|")
        column = name.lower().removeprefix("clients.")
        if column in CLIENT_SORT_COLUMNS and text.count("|") == 1:
            key = SortKey(column=CLIENT_SORT_COLUMNS[column], is_descending=direction != "asc")
            sort_keys.setdefault(key.column, key)
    return tuple(sort_keys.values())[:MAX_SORT_KEYS]


def with_window(query: ClientQuery, at: Window) -> ClientQuery:
    """Return the query for one page."""
    return structs.replace(query, offset=(at.page - 1) * at.per_page, limit=at.per_page)
