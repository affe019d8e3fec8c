"""Clients by a part of their text: by looking at each, and where there is one, by an index first.

On SQLite the index is the table `client_search` of migration 0018: the trigrams of a client's name
and of the rest of its searched text, kept by triggers and by births.py, and beside it the clients
of which it is due to learn. Both only name candidates; `contains` decides, and needs no index to be
right. On PostgreSQL it is an index on the columns themselves, if the server has pg_trgm.
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

from .block_counts import BLOCK

logger = logging.getLogger("gateway.storage")

MIN_TERM_LENGTH = 3
"""Characters of a trigram: shorter terms are not in the index."""
MAX_TERM_LENGTH = 64
"""Characters of a term that are looked up: enough to leave few candidates."""
SERIALS = 1 << 32
"""The index knows a client by one number, account * SERIALS + serial: SQLite may renumber the
rows of a table without an integer key."""

INDEX_NAME = "ix_client_trigrams"
HAS_EXTENSION = "SELECT count(*) > 0 FROM pg_available_extensions WHERE name = 'pg_trgm'"
INDEX = f"""
CREATE INDEX {INDEX_NAME} ON client
USING gin (search gin_trgm_ops, name_folded gin_trgm_ops)
"""

MIN_BATCH = 20
"""Fewer new clients than this are not worth that the index learns of them at once."""
INSERT_PENDING = "INSERT INTO client_search_due (id) VALUES (?) ON CONFLICT DO NOTHING"
INSERT_INDEXED = """
INSERT INTO client_search (rowid, name_folded, rest)
SELECT id, name_folded, rest FROM client_search_source
WHERE account_id = ? AND serial IN (SELECT value FROM json_each(?))
AND id NOT IN (SELECT id FROM client_search_due)
"""

INDEXED_AS = {"name_folded": "name_folded : ", "search": ""}
"""The searched text is all that is in the index: the name, and the rest of it."""
TRIGRAMS = table("client_search", column("rowid", BigInteger), column("client_search", Text))
INDEXED = TRIGRAMS.c.rowid
PENDING = table("client_search_due", column("id", BigInteger))


def candidate_condition(
    account_id: int, terms: Iterable[tuple[str, str]], first: int | None
) -> Condition:
    """The account's clients, without some that cannot hold the folded terms, each beside the name
    of its column; `first` is one of them whatever it holds."""
    plain = CLIENT.c.account_id == account_id
    phrases = [fts_phrase(name, term) for name, term in terms if is_indexable(term)]
    if not phrases:
        return plain
    serials = index_matches(account_id, " AND ".join(phrases))
    if first is not None:
        serials.append(select(literal(first)))
    # Account and serial together, so that SQLite starts from here: without statistics it takes
    # `account_id = ?` for rarer than that, and walks the account in the order of the answer.
    keys = select(literal(account_id), union_all(*serials).subquery().c.serial)
    by_index = tuple_(CLIENT.c.account_id, CLIENT.c.serial).in_(keys)
    return by_engine(by_index, plain)


def is_indexable(term: str) -> bool:
    """A NUL would end the phrase, and what is between two texts is not always there."""
    return len(term) >= MIN_TERM_LENGTH and "\0" not in term and "\n" not in term


def index_matches(account_id: int, phrases: str) -> list[Select[Any]]:
    """Serials from the index, and those of which it does not know yet."""
    start = account_id * SERIALS
    matching = TRIGRAMS.c.client_search.match(phrases)
    return [
        select((place - start).label("serial")).where(
            condition, place.between(start, start + SERIALS - 1)
        )
        for place, condition in ((TRIGRAMS.c.rowid, matching), (PENDING.c.id, true()))
    ]


def exact_phrases(terms: Sequence[tuple[str, str]]) -> str | None:
    """What the index is asked if it can decide by itself, without a look at the clients."""
    if not all(is_indexable(term) and len(term) <= MAX_TERM_LENGTH for _, term in terms):
        return None
    return " AND ".join(fts_phrase(name, term) for name, term in terms)


def count_matches(
    connection: Connection, account_id: int, terms: Sequence[tuple[str, str]], phrases: str
) -> int:
    """How many clients hold the terms: by the index and, where it does not know yet, by a look."""
    start = account_id * SERIALS
    known, due = (place.between(start, start + SERIALS - 1) for place in (INDEXED, PENDING.c.id))
    matching = TRIGRAMS.c.client_search.match(phrases)
    by_index = select(func.count()).where(matching, known, INDEXED.not_in(select(PENDING.c.id)))
    held = [contains_text(CLIENT.c[name], term) for name, term in terms]
    is_due = CLIENT.c.serial.in_(select(PENDING.c.id - start).where(due))
    by_look = select(func.count()).where(CLIENT.c.account_id == account_id, is_due, *held)
    return sum(connection.execute(one).scalar_one() for one in (by_index, by_look))


def fts_phrase(name: str, term: str) -> str:
    """A column and the beginning of a term as FTS5 reads them: only the quote has a meaning."""
    literally = term[:MAX_TERM_LENGTH].replace('"', '""')
    return f'{INDEXED_AS[name]}"{literally}"'


def undeclared_tables(connection: Connection) -> frozenset[str]:
    """The index, and the tables that are but its inside, by SQLite's own word."""
    if connection.dialect.name != "sqlite":
        return frozenset({INDEX_NAME})
    kinds = "SELECT name FROM pragma_table_list WHERE type IN ('virtual', 'shadow')"
    return frozenset({PENDING.name, BLOCK.name, *connection.exec_driver_sql(kinds).scalars()})


def ensure_index(connection: Connection) -> None:
    """Make PostgreSQL's index once pg_trgm is to be had: a server may get it after its schema."""
    if connection.dialect.name != "postgresql" or has_index(connection):
        return
    if connection.execute(text(HAS_EXTENSION)).scalar_one():
        try:
            with connection.begin_nested():
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        except DBAPIError as error:
            logger.info("searches look at every client: pg_trgm may not be used (%s)", error.orig)
            return
        connection.execute(text(INDEX))


def has_index(connection: Connection) -> bool:
    """Whether searches can go by an index; on SQLite they always can."""
    if connection.dialect.name != "postgresql":
        return True
    named = text("SELECT to_regclass(:name) IS NOT NULL")
    return bool(connection.execute(named, {"name": INDEX_NAME}).scalar_one())
