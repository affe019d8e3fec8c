"""The order of a list as SQL."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from storage.model.queries import ClientColumn, ClientQuery, SortKey
from storage.schema.column_types import TEXT
from storage.schema.tables import CLIENT


def order_by(
    query: ClientQuery, first: int | None, *, is_collected: bool
) -> Iterator[ColumnElement[Any]]:
    """`first` is the serial that comes before all others. `is_collected`: what is found is sorted
    when all of it is there."""
    if first is not None:
        yield case((CLIENT.c.serial == first, 0), else_=1)
    falls = bool(query.sort_keys) and query.sort_keys[0].is_descending
    for key in (*query.sort_keys, SortKey(column=ClientColumn.SERIAL, is_descending=falls)):
        column = sort_expression(key.column)
        by = unindexed(column) if is_collected else column
        is_nullable = getattr(column, "nullable", False)
        yield with_direction(by, is_descending=key.is_descending, is_nullable=is_nullable)
        if key.column is ClientColumn.SERIAL:
            return


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, which SQLite does not look for an index of."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def with_direction(
    column: ColumnElement[Any], *, is_descending: bool, is_nullable: bool
) -> ColumnElement[Any]:
    """Nulls before everything. PostgreSQL puts them last unless told, but being told of nulls
    where there are none keeps it from using an index."""
    if not is_nullable:
        return column.desc() if is_descending else column.asc()
    return column.desc().nulls_last() if is_descending else column.asc().nulls_first()


def sort_expression(order: ClientColumn) -> ColumnElement[Any]:
    match order:
        case ClientColumn.NAME:
            return CLIENT.c.display_folded
        case ClientColumn.NUMBER:
            return CLIENT.c.number_order
        case _:
            folded = CLIENT.c.get(f"{order.value}_folded")
            return lower_text(CLIENT.c[order.value]) if folded is None else folded


def lower_text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.lower(column) if column.type is TEXT else column
