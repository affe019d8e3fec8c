"""The page plan: the total of a list request, and how SQLite finds the page.

PostgreSQL has statistics: it gets a COUNT and the statement of the page, and plans both itself.
SQLite has no statistics here, so this module plans for it:

1. A list without filters in the order of the serials: `client_block` holds the number of clients
   per block of serials. Their sum is the total. The page starts at the serial of its block, so
   SQLite skips at most one block of rows, however large the offset.
2. Any other list needs its total first. If states are the only filter, the total is a sum of
   `client_block`. If the only filter is text that the trigram index decides alone, the total is
   a count in that index, plus a check of the few clients that are still pending there.
   Otherwise it is a COUNT of rows. The answer shows the total, so this is no extra query.
3. Then choose how to find the page. SQLite can walk through all clients in the order of the list
   until the page is full, or collect all matches first and sort them. A walk passes about
   (offset + limit) * all / total clients, collecting reads total clients: take the smaller
   number. A walk needs an index in the order of the list, so a pinned client excludes it.
"""

from typing import Any

from msgspec import structs
from sqlalchemy import Connection

from storage.indexes import trigram_search
from storage.indexes.block_counts import BlockCounts, select_blocks, select_count_in_states
from storage.model.queries import ClientColumn, ClientQuery, SortKey
from storage.model.records import State

from .descending_pages import INDEXED_COLUMNS
from .filters import ClientFilter
from .statements import ENGINE_PLAN, PagePlan, select_count

ALL_STATES = frozenset(State)
EMPTY_QUERY = ClientQuery(limit=0)
SERIAL_ORDERS = ((), (SortKey(column=ClientColumn.SERIAL),))
WALKABLE_COLUMNS = {ClientColumn.SERIAL, *INDEXED_COLUMNS}
"""The columns in whose order SQLite can walk through the clients of an account."""


def plan_page(connection: Connection, client_filter: ClientFilter) -> tuple[int, PagePlan]:
    """Return the total of a list request and the plan for its page."""
    if connection.dialect.name != "sqlite":
        return count_rows(connection, client_filter), ENGINE_PLAN
    account_id, query = client_filter.account_id, client_filter.query
    if has_no_other_filter(query) and query.sort_keys in SERIAL_ORDERS:
        return plan_from_blocks(connection, account_id, query.offset)
    total = count_from_indexes(connection, client_filter)
    if total is None:
        total = count_rows(connection, client_filter)
    all_clients = count_from_blocks(connection, account_id, ALL_STATES)
    return total, PagePlan(walks_in_order=prefers_walk(query, total, all_clients))


def plan_from_blocks(connection: Connection, account_id: int, offset: int) -> tuple[int, PagePlan]:
    rows = connection.execute(select_blocks(), {"account_id": account_id}).all()
    block_counts = BlockCounts.from_rows(rows)
    start = block_counts.locate(offset)
    return block_counts.total, PagePlan(start=start) if start else ENGINE_PLAN


def count_rows(connection: Connection, client_filter: ClientFilter) -> int:
    total: int = connection.execute(select_count(client_filter)).scalar_one()
    return total


def count_from_indexes(connection: Connection, client_filter: ClientFilter) -> int | None:
    """None if the indexes do not know the total."""
    account_id, query = client_filter.account_id, client_filter.query
    if has_no_other_filter(query, "states"):
        return count_from_blocks(
            connection, account_id, ALL_STATES if query.states is None else query.states
        )
    terms = client_filter.index_terms
    if terms and has_no_other_filter(query, "text", "name") and client_filter.can_match:
        phrases = trigram_search.exact_phrases(terms)
        if phrases is not None:
            return trigram_search.count_matches(connection, account_id, terms, phrases)
    return None


def count_from_blocks(connection: Connection, account_id: int, states: frozenset[State]) -> int:
    total: int = connection.execute(
        select_count_in_states(states), {"account_id": account_id}
    ).scalar_one()
    return total


def prefers_walk(query: ClientQuery, total: int, all_clients: int) -> bool:
    """Whether a walk in order passes fewer clients than there are matches to collect."""
    if query.first_serial is not None or (
        query.sort_keys and query.sort_keys[0].column not in WALKABLE_COLUMNS
    ):
        return False
    return total * total > (query.offset + query.limit) * all_clients


def has_no_other_filter(query: ClientQuery, *names: str) -> bool:
    """Whether all filters of the query, except those with these names, are absent."""
    absent: dict[str, Any] = dict.fromkeys(names)
    return structs.replace(query, **absent, sort_keys=(), offset=0, limit=0) == EMPTY_QUERY
