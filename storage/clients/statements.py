from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, exists, func, select, tuple_

from storage.database.conditions import in_values
from storage.model.limits import MAX_INTEGER
from storage.model.queries import ClientQuery
from storage.schema.row_mapping import CLIENT_COLUMNS, CONTACT_COLUMNS, DOCUMENT_COLUMNS
from storage.schema.tables import CLIENT, CONTACT, DOCUMENT

from .filters import Condition, pinned_serial, query_condition
from .sort_order import order_by


def select_by_serials(account_id: int, serials: Sequence[int]) -> Select[Any]:
    mine = (CLIENT.c.account_id == account_id, in_values(CLIENT.c.serial, serials))
    return select(*CLIENT_COLUMNS).where(*mine).order_by(CLIENT.c.serial)


def select_contacts(account_id: int, serials: list[int]) -> Select[Any]:
    mine = (CONTACT.c.account_id == account_id, CONTACT.c.client_serial.in_(serials))
    return select_live_contacts(CONTACT.c.client_serial, *CONTACT_COLUMNS).where(*mine)


def select_live_contacts(*columns: ColumnElement[Any]) -> Select[Any]:
    order = CONTACT.c.is_primary.desc(), CONTACT.c.serial
    return select(*columns).where(CONTACT.c.deleted_at.is_(None)).order_by(*order)


def select_documents(account_id: int, serials: list[int]) -> Select[Any]:
    mine = (DOCUMENT.c.account_id == account_id, DOCUMENT.c.client_serial.in_(serials))
    return select(*DOCUMENT_COLUMNS).where(*mine).order_by(DOCUMENT.c.serial)


def belongs_to_client(table: Table) -> Condition:
    owner = table.c.client_serial == bindparam("client_serial")
    return and_(table.c.account_id == bindparam("account_id"), owner)


HAS_DOCUMENTS = exists().where(belongs_to_client(DOCUMENT)).label("has_documents")
"""Told with the contacts: most clients have none, and need not be asked for them. Not told with
the client itself, for its row may have been waited for, and this would be true of before."""
CONTACTS_OF_ONE = select_live_contacts(*CONTACT_COLUMNS, HAS_DOCUMENTS).where(
    belongs_to_client(CONTACT)
)
DOCUMENTS_OF_ONE = select(*DOCUMENT_COLUMNS).where(belongs_to_client(DOCUMENT))
"""As the two above, for a single client, and put together once. The documents come in no order:
SQLite would walk those of the whole account to have them in one."""


def select_count(account_id: int, query: ClientQuery) -> Select[Any]:
    return select(func.count()).select_from(CLIENT).where(query_condition(account_id, query))


class PagePlan(NamedTuple):
    """How to come by a page, where the engine does not know better. `is_walked`: clients are
    looked at in their order until there are enough, or all that are found are collected first.
    `from_serial`: the first clients are passed over by a serial to start from, and a number."""

    walks_in_order: bool | None = None
    start: tuple[int, int] | None = None


def select_page(account_id: int, query: ClientQuery, plan: PagePlan = PagePlan()) -> Select[Any]:  # noqa: B008
    found = query_condition(account_id, query, by_index=not plan.walks_in_order)
    order = order_by(query, pinned_serial(query), is_collected=plan.walks_in_order is False)
    statement = select(*CLIENT_COLUMNS).where(found).order_by(*order).limit(query.limit)
    if plan.start is None:
        return statement.offset(min(query.offset, MAX_INTEGER))
    serial, passed = plan.start
    return statement.where(CLIENT.c.serial >= serial).offset(passed)


def select_newest(
    account_id: int, query: ClientQuery, after: tuple[Any, int] | None
) -> Select[Any]:
    """Newest first, from just behind a (created_at, serial) on."""
    statement = select(*CLIENT_COLUMNS).where(query_condition(account_id, query))
    place = tuple_(CLIENT.c.created_at, CLIENT.c.serial)
    if after is not None:
        statement = statement.where(place < after)
    newest = (CLIENT.c.created_at.desc(), CLIENT.c.serial.desc())
    return statement.order_by(*newest).limit(query.limit)
