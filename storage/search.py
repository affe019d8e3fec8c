"""Clients by a part of their text: everywhere by looking at each, on SQLite by an index first.

The index is the table `client_search` of migration 0004: the trigrams of two columns of `client`,
kept by triggers. It only names candidates; `contains` decides, and needs no index to be right.
PostgreSQL has no such table: there pg_trgm can be an index on the columns themselves.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    column,
    literal,
    select,
    table,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from .tables import CLIENT

SHORTEST = 3
"""Characters of a trigram: shorter terms are not in the index."""
LONGEST = 64
"""Characters of a term that are looked up: enough to leave few candidates."""
SERIALS = 1 << 32
"""The index knows a client by one number, account * SERIALS + serial: SQLite may renumber the
rows of a table without an integer key."""

TRIGRAMS = table("client_search", column("rowid", BigInteger), column("client_search", Text))

Condition = ColumnElement[bool]


class contains(FunctionElement[bool]):  # noqa: N801  reads as the SQL function it is
    """Whether a text holds another, every character taken literally."""

    name = "contains"
    inherit_cache = True


@compiles(contains, "sqlite")
def contains_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)}) > 0"


@compiles(contains)
def contains_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)}) > 0"


class indexed(FunctionElement[bool]):  # noqa: N801  beside `contains`
    """Of two conditions, the one for SQLite with its index, and the one for any other engine."""

    name = "indexed"
    inherit_cache = True


@compiles(indexed, "sqlite")
def indexed_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    by_index, _ = element.clauses
    return str(compiler.process(by_index, **options))


@compiles(indexed)
def indexed_elsewhere(element: Any, compiler: Any, **options: Any) -> str:
    _, plain = element.clauses
    return str(compiler.process(plain, **options))


def candidates(account_id: int, terms: Iterable[tuple[str, str]], first: int | None) -> Condition:
    """The account's clients, without some that cannot hold the folded terms, each beside the name
    of its column; `first` is one of them whatever it holds."""
    plain = CLIENT.c.account_id == account_id
    phrases = [phrase(name, term) for name, term in terms if is_in_index(term)]
    if not phrases:
        return plain
    serials = found(account_id, " AND ".join(phrases))
    if first is not None:
        serials = serials.union_all(select(literal(first)))
    # Account and serial together, so that SQLite starts from here: without statistics it takes
    # `account_id = ?` for rarer than that, and walks the account in the order of the answer.
    keys = select(literal(account_id), serials.subquery().c.serial)
    by_index = tuple_(CLIENT.c.account_id, CLIENT.c.serial).in_(keys)
    return indexed(by_index, plain)


def is_in_index(term: str) -> bool:
    """A NUL would end the phrase."""
    return len(term) >= SHORTEST and "\0" not in term


def found(account_id: int, phrases: str) -> Any:
    start = account_id * SERIALS
    return select((TRIGRAMS.c.rowid - start).label("serial")).where(
        TRIGRAMS.c.client_search.match(phrases),
        TRIGRAMS.c.rowid.between(start, start + SERIALS - 1),
    )


def phrase(name: str, term: str) -> str:
    """A column and the beginning of a term as FTS5 reads them: only the quote has a meaning."""
    literally = term[:LONGEST].replace('"', '""')
    return f'{name} : "{literally}"'


def index_tables(connection: Connection) -> frozenset[str]:
    """The tables that are but the inside of an index, by SQLite's own word."""
    if connection.dialect.name != "sqlite":
        return frozenset()
    kinds = "SELECT name FROM pragma_table_list WHERE type IN ('virtual', 'shadow')"
    return frozenset(connection.exec_driver_sql(kinds).scalars())
