"""How many clients a query finds, and the way to a page of them.

PostgreSQL has statistics and chooses its way by them. SQLite has none: it is told one, by how many
there are to be found, which it knows without a look at each where that is kept.
"""

from typing import Any

from msgspec import structs
from sqlalchemy import Connection

from storage.indexes import trigram_search
from storage.indexes.block_counts import Blocks, blocks, in_states
from storage.model.queries import ClientQuery, Order, Sorting
from storage.model.records import State

from .filters import is_findable, terms
from .statements import Way, counted

ALL = frozenset(State)
BARE = ClientQuery(limit=0)
BY_SERIAL = ((), (Sorting(order=Order.SERIAL),))
INDEXED = {Order.SERIAL, Order.NAME, Order.NUMBER, Order.BALANCE}
"""Orders in which clients can be walked through from the first one."""


def found(connection: Connection, account_id: int, query: ClientQuery) -> tuple[int, Way]:
    if connection.dialect.name != "sqlite":
        return count(connection, account_id, query), Way()
    if asks_only(query) and query.sorting in BY_SERIAL:
        own = connection.execute(blocks(), {"account_id": account_id}).all()
        known = Blocks.of(own)
        place = known.place(query.offset)
        return known.total, Way(from_serial=place) if place else Way()
    total = counted_by_what_is_kept(connection, account_id, query)
    if total is None:
        total = count(connection, account_id, query)
    everybody = kept(connection, account_id, ALL)
    return total, Way(is_walked=is_walked(query, total, everybody))


def count(connection: Connection, account_id: int, query: ClientQuery) -> int:
    found: int = connection.execute(counted(account_id, query)).scalar_one()
    return found


def counted_by_what_is_kept(
    connection: Connection, account_id: int, query: ClientQuery
) -> int | None:
    if asks_only(query, "states"):
        return kept(connection, account_id, ALL if query.states is None else query.states)
    asked = list(terms(query))
    if asked and asks_only(query, "text", "name") and is_findable(query):
        phrases = trigram_search.exact(asked)
        if phrases is not None:
            return trigram_search.counted(connection, account_id, asked, phrases)
    return None


def kept(connection: Connection, account_id: int, states: frozenset[State]) -> int:
    found: int = connection.execute(in_states(states), {"account_id": account_id}).scalar_one()
    return found


def is_walked(query: ClientQuery, total: int, everybody: int) -> bool:
    """Whether a page is come by sooner on a walk through all clients in their order than by
    looking up all that are found, which come in none."""
    if query.first is not None or (query.sorting and query.sorting[0].order not in INDEXED):
        return False
    return total * total > (query.offset + query.limit) * everybody


def asks_only(query: ClientQuery, *names: str) -> bool:
    """Whether nothing else narrows the query."""
    nothing: dict[str, Any] = dict.fromkeys(names)
    return structs.replace(query, **nothing, sorting=(), offset=0, limit=0) == BARE
