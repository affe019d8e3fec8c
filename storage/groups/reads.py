"""Reads of groups in a transaction."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, func, or_, select

from storage.database.conditions import contains_text, in_values
from storage.model.errors import NotFound
from storage.model.folding import fold
from storage.model.queries import GroupColumn, GroupQuery
from storage.model.records import Group, Page, State
from storage.rules.validation import is_storable
from storage.schema.account_tables import GROUP

GROUP_FIELDS = Group.__struct_fields__
GROUP_COLUMNS = tuple(GROUP.c[name] for name in GROUP_FIELDS)
STATE_CONDITIONS = {
    State.ACTIVE: GROUP.c.is_deleted.is_(False) & GROUP.c.archived_at.is_(None),
    State.ARCHIVED: GROUP.c.is_deleted.is_(False) & GROUP.c.archived_at.is_not(None),
    State.DELETED: GROUP.c.is_deleted.is_(True),
}


def get_group(connection: Connection, account_id: int, serial: int) -> Group:
    """Return a group. Raises NotFound if there is none."""
    groups = get_by_serials(connection, account_id, [serial])
    if not groups:
        raise NotFound("group")
    return groups[serial]


def get_by_serials(
    connection: Connection, account_id: int, serials: Sequence[int]
) -> dict[int, Group]:
    """Return groups by serial. Serials that do not exist are left out."""
    statement = select_groups(account_id).where(in_values(GROUP.c.serial, serials))
    return {group.serial: group for group in map(group_from_row, connection.execute(statement))}


def list_groups(connection: Connection, account_id: int, query: GroupQuery) -> Page[Group]:
    """Return one page of the groups that a query finds, and their total number."""
    conditions = tuple(filter_conditions(query))
    select_total = select(func.count()).select_from(GROUP).where(GROUP.c.account_id == account_id)
    statement = select_groups(account_id).where(*conditions).order_by(*order_by(query))
    rows = connection.execute(statement.offset(query.offset).limit(query.limit))
    return Page(
        records=tuple(map(group_from_row, rows)),
        total=connection.execute(select_total.where(*conditions)).scalar_one(),
    )


def select_groups(account_id: int) -> Select[Any]:
    """Build the statement that selects the groups of an account."""
    return select(*GROUP_COLUMNS).where(GROUP.c.account_id == account_id)


def filter_conditions(query: GroupQuery) -> Iterator[ColumnElement[bool]]:
    """Build the SQL conditions of a query."""
    if query.text is not None:
        yield (
            contains_text(GROUP.c.name_folded, fold(query.text))
            if is_storable(query.text)
            else false()
        )
    if query.states is not None:
        yield or_(False, *(STATE_CONDITIONS[state] for state in query.states))


def order_by(query: GroupQuery) -> Iterator[ColumnElement[Any]]:
    """Build the sort columns of a query. The serial, ascending, is the last: it decides ties."""
    column = GROUP.c[query.column.value]
    # The order of NULL is explicit: by default PostgreSQL sorts it last and SQLite first.
    yield column.desc().nulls_last() if query.is_descending else column.asc().nulls_first()
    if query.column is not GroupColumn.SERIAL:
        yield GROUP.c.serial


def group_from_row(values: Sequence[Any]) -> Group:
    return Group(**dict(zip(GROUP_FIELDS, values, strict=True)))
