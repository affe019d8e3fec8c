"""Searches clients by a part of their text: a trigram index finds candidates, the row decides.

On SQLite:

1. The index is the FTS5 table `client_search` of migration 0018. It has the trigrams of a client's
   name, and of the rest of its searched text. Its row id is computed from account and serial.
2. A changed client is not indexed at once: the index takes many clients at hardly more cost than
   one. It becomes pending, a row of the table `client_search_due`. A trigger does this after an
   update or delete, `new_clients.py` after an insert; `MIN_BATCH` or more new clients are indexed
   at once. When 64 clients are pending, a trigger indexes them all.
3. `candidate_condition` limits a search to the candidates: the matches of the index, and all
   clients that are pending.
4. `contains_text` on the client's row decides. The index may name too many clients, but never too
   few.
5. `count_matches` reads rows only of pending clients, if the index alone can decide about the terms
   (`exact_phrases`).

On PostgreSQL the index is a GIN index on the columns, if the server has the extension pg_trgm. The
server maintains it and decides when to use it.

At the end: the result is the same with and without the index. Only the time differs.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Text,
    column,
    func,
    literal,
    select,
    table,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.exc import DBAPIError

from storage.database.conditions import Condition, by_engine, contains_text
from storage.schema.tables import CLIENT

from .block_counts import CLIENT_BLOCK

logger = logging.getLogger("gateway.storage")

MIN_TERM_LENGTH = 3
"""Characters in a trigram. The index cannot find shorter terms."""
MAX_TERM_LENGTH = 64
"""Characters of a term that the index looks up. So many leave few candidates."""
SERIALS_PER_ACCOUNT = 1 << 32
"""The row id of a client in the index is account * SERIALS_PER_ACCOUNT + serial.

It cannot be the row id of the table `client`: SQLite may renumber the rows of a table that has no
integer key.
"""

INDEX_NAME = "ix_client_trigrams"
SELECT_HAS_EXTENSION = "SELECT count(*) > 0 FROM pg_available_extensions WHERE name = 'pg_trgm'"
CREATE_INDEX = f"""
CREATE INDEX {INDEX_NAME} ON client
USING gin (search gin_trgm_ops, name_folded gin_trgm_ops)
"""

MIN_BATCH = 20
"""New clients that are indexed at once. For fewer it is not worth it: they become pending."""
INSERT_PENDING = "INSERT INTO client_search_due (id) VALUES (?) ON CONFLICT DO NOTHING"
INSERT_INDEXED = """
INSERT INTO client_search (rowid, name_folded, rest)
SELECT id, name_folded, rest FROM client_search_source
WHERE account_id = ? AND serial IN (SELECT value FROM json_each(?))
AND id NOT IN (SELECT id FROM client_search_due)
"""

COLUMN_FILTERS = {"name_folded": "name_folded : ", "search": ""}
"""The FTS5 column filter for a client's column.

The searched text is in both columns of the index, the name and the rest, so it has no filter.
"""
CLIENT_SEARCH = table("client_search", column("rowid", BigInteger), column("client_search", Text))
PENDING_CLIENT = table("client_search_due", column("id", BigInteger))


def candidate_condition(
    account_id: int, terms: Iterable[tuple[str, str]], first: int | None
) -> Condition:
    """Return a condition for an account's clients that leaves out most clients without the terms.

    `terms`: pairs of a column name and a folded term. `first`: the serial of a client that is a
    candidate in any case. The condition may hold for clients without the terms.
    """
    in_account = CLIENT.c.account_id == account_id
    phrases = [fts_phrase(name, term) for name, term in terms if is_indexable(term)]
    if not phrases:
        return in_account
    serials = select_index_matches(account_id, " AND ".join(phrases))
    if first is not None:
        serials.append(select(literal(first)))
    # Account and serial together, so that SQLite starts from these keys. With the serial alone it
    # would walk the account in the order of the page: without statistics it assumes that
    # `account_id = ?` is more selective.
    keys = select(literal(account_id), union_all(*serials).subquery().c.serial)
    by_index = tuple_(CLIENT.c.account_id, CLIENT.c.serial).in_(keys)
    return by_engine(by_index, in_account)


def is_indexable(term: str) -> bool:
    """Return whether the index can look up a term.

    It cannot look up a term that is shorter than a trigram. A NUL would end the phrase. A line feed
    separates two texts, and the index does not have all of these separators.
    """
    return len(term) >= MIN_TERM_LENGTH and "\0" not in term and "\n" not in term


def select_index_matches(account_id: int, phrases: str) -> list[Select[Any]]:
    """Select the serials that match in the index, and those of the pending clients."""
    start = account_id * SERIALS_PER_ACCOUNT
    matching = CLIENT_SEARCH.c.client_search.match(phrases)
    return [
        select((row_id - start).label("serial")).where(
            condition, row_id.between(start, start + SERIALS_PER_ACCOUNT - 1)
        )
        for row_id, condition in ((CLIENT_SEARCH.c.rowid, matching), (PENDING_CLIENT.c.id, true()))
    ]


def exact_phrases(terms: Sequence[tuple[str, str]]) -> str | None:
    """Return the FTS5 query if the index alone can decide about the terms, else None."""
    if not all(is_indexable(term) and len(term) <= MAX_TERM_LENGTH for _, term in terms):
        return None
    return " AND ".join(fts_phrase(name, term) for name, term in terms)


def count_matches(
    connection: Connection, account_id: int, terms: Sequence[tuple[str, str]], phrases: str
) -> int:
    """Count the clients that contain the terms, reading rows only of pending clients.

    `phrases`: the terms as `exact_phrases` returns them.
    """
    start = account_id * SERIALS_PER_ACCOUNT
    indexed_in_account, pending_in_account = (
        row_id.between(start, start + SERIALS_PER_ACCOUNT - 1)
        for row_id in (CLIENT_SEARCH.c.rowid, PENDING_CLIENT.c.id)
    )
    matching = CLIENT_SEARCH.c.client_search.match(phrases)
    is_current = CLIENT_SEARCH.c.rowid.not_in(select(PENDING_CLIENT.c.id))
    by_index = select(func.count()).where(matching, indexed_in_account, is_current)
    contains_terms = [contains_text(CLIENT.c[name], term) for name, term in terms]
    is_pending = CLIENT.c.serial.in_(select(PENDING_CLIENT.c.id - start).where(pending_in_account))
    by_row = select(func.count()).where(
        CLIENT.c.account_id == account_id, is_pending, *contains_terms
    )
    return sum(connection.execute(query).scalar_one() for query in (by_index, by_row))


def fts_phrase(name: str, term: str) -> str:
    """Return the FTS5 phrase for the first characters of a term in a column.

    Within a phrase only the quote has a meaning for FTS5, so it is doubled.
    """
    escaped_term = term[:MAX_TERM_LENGTH].replace('"', '""')
    return f'{COLUMN_FILTERS[name]}"{escaped_term}"'


def undeclared_tables(connection: Connection) -> frozenset[str]:
    """Return the names of the tables and indexes that are in the database, but not in our metadata.

    On SQLite: the block counts, the pending clients, and the search index with its shadow tables.
    """
    if connection.dialect.name != "sqlite":
        return frozenset({INDEX_NAME})
    index_tables = "SELECT name FROM pragma_table_list WHERE type IN ('virtual', 'shadow')"
    names = connection.exec_driver_sql(index_tables).scalars()
    return frozenset({PENDING_CLIENT.name, CLIENT_BLOCK.name, *names})


def ensure_index(connection: Connection) -> None:
    """Create PostgreSQL's index if the server has pg_trgm and the index does not exist.

    Each upgrade calls it, since a server may get the extension later than its schema.
    """
    if connection.dialect.name != "postgresql" or has_index(connection):
        return
    if connection.execute(text(SELECT_HAS_EXTENSION)).scalar_one():
        try:
            with connection.begin_nested():
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        except DBAPIError as error:
            logger.info("searches look at every client: pg_trgm may not be used (%s)", error.orig)
            return
        connection.execute(text(CREATE_INDEX))


def has_index(connection: Connection) -> bool:
    """Return whether searches can use an index. On SQLite they always can."""
    if connection.dialect.name != "postgresql":
        return True
    statement = text("SELECT to_regclass(:name) IS NOT NULL")
    return bool(connection.execute(statement, {"name": INDEX_NAME}).scalar_one())
