"""How many clients a query finds, and the way to a page of them.

PostgreSQL has statistics and chooses its way by them. SQLite has none: it is told one, by how many
there are to be found, which it knows without a look at each where that is kept.
"""

from typing import Any

from msgspec import structs
from sqlalchemy import Connection

from storage.indexes import trigram_search
from storage.indexes.block_counts import BlockCounts, select_blocks, select_count_in_states
from storage.model.queries import ClientColumn, ClientQuery, SortKey
from storage.model.records import State

from .filters import index_terms, is_findable
from .statements import PagePlan, select_count

ALL = frozenset(State)
BARE = ClientQuery(limit=0)
BY_SERIAL = ((), (SortKey(column=ClientColumn.SERIAL),))
INDEXED = {ClientColumn.SERIAL, ClientColumn.NAME, ClientColumn.NUMBER, ClientColumn.BALANCE}
"""Orders in which clients can be walked through from the first one."""


def plan_page(connection: Connection, account_id: int, query: ClientQuery) -> tuple[int, PagePlan]:
    if connection.dialect.name != "sqlite":
        return count_rows(connection, account_id, query), PagePlan()
    if filters_only(query) and query.sort_keys in BY_SERIAL:
        own = connection.execute(select_blocks(), {"account_id": account_id}).all()
        known = BlockCounts.from_rows(own)
        place = known.locate(query.offset)
        return known.total, PagePlan(start=place) if place else PagePlan()
    total = count_from_indexes(connection, account_id, query)
    if total is None:
        total = count_rows(connection, account_id, query)
    everybody = count_from_blocks(connection, account_id, ALL)
    return total, PagePlan(walks_in_order=prefers_walk(query, total, everybody))


def count_rows(connection: Connection, account_id: int, query: ClientQuery) -> int:
    found: int = connection.execute(select_count(account_id, query)).scalar_one()
    return found


def count_from_indexes(connection: Connection, account_id: int, query: ClientQuery) -> int | None:
    if filters_only(query, "states"):
        return count_from_blocks(
            connection, account_id, ALL if query.states is None else query.states
        )
    asked = list(index_terms(query))
    if asked and filters_only(query, "text", "name") and is_findable(query):
        phrases = trigram_search.exact_phrases(asked)
        if phrases is not None:
            return trigram_search.count_matches(connection, account_id, asked, phrases)
    return None


def count_from_blocks(connection: Connection, account_id: int, states: frozenset[State]) -> int:
    found: int = connection.execute(
        select_count_in_states(states), {"account_id": account_id}
    ).scalar_one()
    return found


def prefers_walk(query: ClientQuery, total: int, everybody: int) -> bool:
    """Whether a page is come by sooner on a walk through all clients in their order than by
    looking up all that are found, which come in none."""
    if query.first_serial is not None or (
        query.sort_keys and query.sort_keys[0].column not in INDEXED
    ):
        return False
    return total * total > (query.offset + query.limit) * everybody


def filters_only(query: ClientQuery, *names: str) -> bool:
    """Whether nothing else narrows the query."""
    nothing: dict[str, Any] = dict.fromkeys(names)
    return structs.replace(query, **nothing, sort_keys=(), offset=0, limit=0) == BARE
