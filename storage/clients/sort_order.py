"""The sort order of a list of clients: translates sort keys into SQL expressions."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from storage.model.queries import ClientColumn, ClientQuery, SortKey
from storage.schema.column_types import TEXT_TYPE
from storage.schema.tables import CLIENT


def order_by(
    query: ClientQuery, first: int | None, *, is_collected: bool
) -> Iterator[ColumnElement[Any]]:
    """Yield the ORDER BY expressions of a query. The last one is the serial: it decides ties.

    `first`: the serial of the client that comes before all others.
    `is_collected`: SQLite collects all matches and sorts them. No expression may then be in an
    index, or SQLite would walk through that index instead.
    """
    if first is not None:
        yield case((CLIENT.c.serial == first, 0), else_=1)
    for key in (*query.sort_keys, SortKey(column=ClientColumn.SERIAL)):
        column = sort_expression(key.column)
        value = without_index(column) if is_collected else column
        is_nullable = getattr(column, "nullable", False)
        yield with_direction(value, is_descending=key.is_descending, is_nullable=is_nullable)
        if key.column is ClientColumn.SERIAL:
            return


def without_index(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value as an expression that SQLite finds no index for: `+column`."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def with_direction(
    column: ColumnElement[Any], *, is_descending: bool, is_nullable: bool
) -> ColumnElement[Any]:
    """Sort NULL as the smallest value.

    PostgreSQL sorts it as the largest one by default. But NULLS FIRST on a column that cannot be
    NULL would keep PostgreSQL from using the index, so only nullable columns say it.
    """
    if not is_nullable:
        return column.desc() if is_descending else column.asc()
    return column.desc().nulls_last() if is_descending else column.asc().nulls_first()


def sort_expression(sort_column: ClientColumn) -> ColumnElement[Any]:
    match sort_column:
        case ClientColumn.NAME:
            return CLIENT.c.display_folded
        case ClientColumn.NUMBER:
            return CLIENT.c.number_order
        case _:
            folded = CLIENT.c.get(f"{sort_column.value}_folded")
            return lower_text(CLIENT.c[sort_column.value]) if folded is None else folded


def lower_text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the lower-case form of a text column, and any other column as it is."""
    return func.lower(column) if column.type is TEXT_TYPE else column
