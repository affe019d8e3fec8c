"""Maintained counts of clients per block of serials, on SQLite only.

The table `client_block` of migration 0013 has a row for each block of `BLOCK_SIZE` serials of an
account: how many of its clients are active, archived and deleted. `new_clients.py` counts inserts;
triggers count updates and deletes. Both do it in the transaction of the change.

The counts give the number of all clients without reading them, and the serial at which a page far
down the list begins.
"""

import operator
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import accumulate
from typing import Any, NamedTuple, Self

from sqlalchemy import BigInteger, Select, bindparam, column, func, literal, select, table

from storage.model.records import State

BLOCK_SIZE = 1024
"""Serials in a block. The triggers contain the same number."""

CLIENT_BLOCK = table(
    "client_block",
    *(column(name, BigInteger) for name in ("account_id", "block", "active", "archived")),
    column("deleted", BigInteger),
)
COUNT_COLUMNS = {
    State.ACTIVE: CLIENT_BLOCK.c.active,
    State.ARCHIVED: CLIENT_BLOCK.c.archived,
    State.DELETED: CLIENT_BLOCK.c.deleted,
}
CLIENT_COUNT = CLIENT_BLOCK.c.active + CLIENT_BLOCK.c.archived + CLIENT_BLOCK.c.deleted
IN_ACCOUNT = CLIENT_BLOCK.c.account_id == bindparam("account_id")

ADD_COUNTS = """
INSERT INTO client_block (account_id, block, active, archived, deleted) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account_id, block) DO UPDATE SET
    active = active + excluded.active,
    archived = archived + excluded.archived,
    deleted = deleted + excluded.deleted
"""
"""Adds new clients to the counts of their block."""


def select_blocks() -> Select[Any]:
    """Select the blocks of an account in order, with the number of clients in each."""
    return (
        select(CLIENT_BLOCK.c.block, CLIENT_COUNT).where(IN_ACCOUNT).order_by(CLIENT_BLOCK.c.block)
    )


def select_count_in_states(states: Iterable[State]) -> Select[Any]:
    """Select the number of an account's clients that are in one of these states."""
    clients_in_states = reduce(operator.add, (COUNT_COLUMNS[state] for state in states), literal(0))
    return select(func.coalesce(func.sum(clients_in_states), 0)).where(IN_ACCOUNT)


class BlockCounts(NamedTuple):
    """The block numbers of an account, and the number of clients up to the end of each block."""

    blocks: Sequence[int]
    cumulative: Sequence[int]

    @classmethod
    def from_rows(cls, rows: Iterable[Any]) -> Self:
        """Make the counts from the rows of `select_blocks`."""
        block_rows = list(rows)
        return cls([row[0] for row in block_rows], list(accumulate(row[1] for row in block_rows)))

    @property
    def total(self) -> int:
        """The number of all clients of the account."""
        return self.cumulative[-1] if self.cumulative else 0

    def locate(self, offset: int) -> tuple[int, int] | None:
        """Find where the client at an offset in the order of serials is.

        Returns the serial to start from and the number of clients to skip from there. Returns None
        if the offset is behind the last client.
        """
        if offset >= self.total:
            return None
        n = bisect_right(self.cumulative, offset)
        before = self.cumulative[n - 1] if n else 0
        first_serial, skipped = self.blocks[n] * BLOCK_SIZE, offset - before
        # In a full block each serial is a client's, so the serial can be computed.
        is_full = self.cumulative[n] - before == BLOCK_SIZE
        return (first_serial + skipped, 0) if is_full else (first_serial, skipped)
