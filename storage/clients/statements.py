"""The SELECT statements that read clients, their contacts and their documents. Runs no SQL.

Statements with bound parameters are constants, built once at import.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, bindparam, exists, func, select, tuple_

from storage.database.conditions import in_bound_values, unique_storable
from storage.model.limits import MAX_INTEGER
from storage.schema.row_mapping import CLIENT_COLUMNS, CONTACT_COLUMNS, DOCUMENT_COLUMNS
from storage.schema.tables import CLIENT, CONTACT, DOCUMENT

from .filters import ClientFilter, Condition
from .sort_order import order_by

READ_BATCH_SIZE = 1000
"""Serials per statement."""


def has_account_id(table: Table) -> Condition:
    return table.c.account_id == bindparam("account_id")


def belongs_to_clients(table: Table) -> Condition:
    return has_account_id(table) & in_bound_values(table.c.client_serial, "serials")


def select_live_contacts(*columns: ColumnElement[Any]) -> Select[Any]:
    order = CONTACT.c.is_primary.desc(), CONTACT.c.serial
    return select(*columns).where(CONTACT.c.deleted_at.is_(None)).order_by(*order)


SELECT_BY_SERIALS = (
    select(*CLIENT_COLUMNS)
    .where(has_account_id(CLIENT))
    .where(in_bound_values(CLIENT.c.serial, "serials"))
    .order_by(CLIENT.c.serial)
)
"""Clients by serial, in the order of their serials."""
LOCK_BY_SERIALS = SELECT_BY_SERIALS.with_for_update()
SELECT_CONTACTS = select_live_contacts(CONTACT.c.client_serial, *CONTACT_COLUMNS).where(
    belongs_to_clients(CONTACT)
)
"""The live contacts of clients, the primary contact first.

The serial of the client is the first column, the CONTACT_COLUMNS follow.
"""
SELECT_DOCUMENTS = (
    select(*DOCUMENT_COLUMNS).where(belongs_to_clients(DOCUMENT)).order_by(DOCUMENT.c.serial)
)


def batch_parameters(account_id: int, serials: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield the parameters of the statements above, for READ_BATCH_SIZE serials at a time.

    Serials that no client can have are left out.
    """
    storable = unique_storable(serials)
    for start in range(0, len(storable), READ_BATCH_SIZE):
        yield {"account_id": account_id, "serials": storable[start : start + READ_BATCH_SIZE]}


def belongs_to_client(table: Table) -> Condition:
    return has_account_id(table) & (table.c.client_serial == bindparam("client_serial"))


HAS_DOCUMENTS = exists().where(belongs_to_client(DOCUMENT)).label("has_documents")
"""Whether a client has documents: a column beside its contacts.

Most clients have none, and this column saves the query for them. It is no column of the client's
row: a read of that row may wait for a lock, and the column would then be as of before the wait.
"""
SELECT_CONTACTS_OF_CLIENT = select_live_contacts(*CONTACT_COLUMNS, HAS_DOCUMENTS).where(
    belongs_to_client(CONTACT)
)
SELECT_DOCUMENTS_OF_CLIENT = select(*DOCUMENT_COLUMNS).where(belongs_to_client(DOCUMENT))
"""Both are like the functions above, but for a single client. The documents have no order: with
ORDER BY, SQLite would walk the documents of the whole account."""


class PagePlan(NamedTuple):
    """How SQLite finds a page. The default leaves everything to the engine.

    `walks_in_order`: true to walk through all clients in the order of the list until the page is
    full, false to collect all matches first and sort them.
    `start`: the serial to start from, and how many clients to skip from there.
    """

    walks_in_order: bool | None = None
    start: tuple[int, int] | None = None


ENGINE_PLAN = PagePlan()


def select_count(client_filter: ClientFilter) -> Select[Any]:
    """Return the statement that counts the clients of a filter."""
    return select(func.count()).select_from(CLIENT).where(client_filter.condition)


def select_page(client_filter: ClientFilter, plan: PagePlan = ENGINE_PLAN) -> Select[Any]:
    """Return the statement for the page that the query of a filter asks for."""
    query, walks = client_filter.query, plan.walks_in_order
    condition = client_filter.scan_condition if walks else client_filter.condition
    order = order_by(query, client_filter.pinned_serial, is_collected=walks is False)
    statement = select(*CLIENT_COLUMNS).where(condition).order_by(*order).limit(query.limit)
    if plan.start is None:
        return statement.offset(min(query.offset, MAX_INTEGER))
    serial, skipped = plan.start
    return statement.where(CLIENT.c.serial >= serial).offset(skipped)


def select_newest(client_filter: ClientFilter, after: tuple[Any, int] | None) -> Select[Any]:
    """Return the statement for a page, newest first, that starts after a (created_at, serial)."""
    statement = select(*CLIENT_COLUMNS).where(client_filter.condition)
    position = tuple_(CLIENT.c.created_at, CLIENT.c.serial)
    if after is not None:
        statement = statement.where(position < after)
    newest_first = (CLIENT.c.created_at.desc(), CLIENT.c.serial.desc())
    return statement.order_by(*newest_first).limit(client_filter.query.limit)
