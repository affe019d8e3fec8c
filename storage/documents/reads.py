"""Reads of documents in a transaction."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, not_, select

from storage.database.conditions import contains_text, in_values
from storage.model.errors import NotFound
from storage.model.folding import fold
from storage.model.queries import DocumentColumn, DocumentQuery
from storage.model.records import Document, Page
from storage.rules.validation import is_storable
from storage.schema.row_mapping import DOCUMENT_COLUMNS, document_from_row
from storage.schema.tables import DOCUMENT


def get_document(connection: Connection, account_id: int, serial: int) -> Document:
    """Return a document. Raises NotFound if there is none."""
    condition = (DOCUMENT.c.account_id == account_id, in_values(DOCUMENT.c.serial, [serial]))
    row = connection.execute(select(*DOCUMENT_COLUMNS).where(*condition)).first()
    if row is None:
        raise NotFound("document")
    return document_from_row(row)


def list_owners(connection: Connection, account_id: int, serials: Sequence[int]) -> tuple[int, ...]:
    """Return the serials of the clients that documents belong to, each once, ascending."""
    owner = DOCUMENT.c.client_serial
    condition = (DOCUMENT.c.account_id == account_id, in_values(DOCUMENT.c.serial, serials))
    rows = connection.execute(select(owner).where(*condition).distinct().order_by(owner))
    return tuple(rows.scalars())


def list_documents(connection: Connection, account_id: int, query: DocumentQuery) -> Page[Document]:
    """Return one page of the documents that a query finds, and their total number."""
    condition = and_(DOCUMENT.c.account_id == account_id, *filter_conditions(query))
    select_total = select(func.count()).select_from(DOCUMENT).where(condition)
    total = connection.execute(select_total).scalar_one()
    rows = connection.execute(select_page(query).where(condition))
    return Page(records=tuple(map(document_from_row, rows)), total=total)


def filter_conditions(query: DocumentQuery) -> Iterator[ColumnElement[bool]]:
    """Build the SQL conditions of a query."""
    if query.serials is not None:
        yield in_values(DOCUMENT.c.serial, query.serials)
    if query.client_serials is not None:
        yield in_values(DOCUMENT.c.client_serial, query.client_serials)
    if query.name is not None:
        yield (
            contains_text(DOCUMENT.c.name_folded, fold(query.name))
            if is_storable(query.name)
            else false()
        )
    if query.is_public is not None:
        yield DOCUMENT.c.is_public.is_(query.is_public)
    if query.types is not None:
        yield in_values(DOCUMENT.c.type, query.types)
    if query.other_than:
        yield not_(in_values(DOCUMENT.c.type, query.other_than))


def select_page(query: DocumentQuery) -> Select[Any]:
    """Build the statement of one page, sorted by the column of the query and then by serial."""
    statement = select(*DOCUMENT_COLUMNS).offset(query.offset).limit(query.limit)
    column = DOCUMENT.c[query.column.value]
    order = [column.desc() if query.is_descending else column]
    if query.column is not DocumentColumn.SERIAL:
        order.append(DOCUMENT.c.serial)
    return statement.order_by(*order)
