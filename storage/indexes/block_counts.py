"""How many clients there are: kept, not counted. SQLite only.

The table `client_block` of migration 0013 holds, for each block of an account's serials, how many
clients of it are active, archived and deleted; triggers and births.py keep it, in the transaction
that changes them. It answers how many there are in all, and where in the list a far page begins.
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
"""Serials of a block; the triggers know it too."""

BLOCK = table(
    "client_block",
    *(column(name, BigInteger) for name in ("account_id", "block", "active", "archived")),
    column("deleted", BigInteger),
)
OF_STATE = {
    State.ACTIVE: BLOCK.c.active,
    State.ARCHIVED: BLOCK.c.archived,
    State.DELETED: BLOCK.c.deleted,
}
EVERYBODY = BLOCK.c.active + BLOCK.c.archived + BLOCK.c.deleted
MINE = BLOCK.c.account_id == bindparam("account_id")

ADD_COUNTS = """
INSERT INTO client_block (account_id, block, active, archived, deleted) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (account_id, block) DO UPDATE SET
    active = active + excluded.active,
    archived = archived + excluded.archived,
    deleted = deleted + excluded.deleted
"""
"""Tells of new clients."""


def select_blocks() -> Select[Any]:
    """The blocks of an account in order, with the number of clients in each."""
    return select(BLOCK.c.block, EVERYBODY).where(MINE).order_by(BLOCK.c.block)


def select_count_in_states(states: Iterable[State]) -> Select[Any]:
    """How many clients of an account are in one of these."""
    wanted = reduce(operator.add, (OF_STATE[state] for state in states), literal(0))
    return select(func.coalesce(func.sum(wanted), 0)).where(MINE)


class BlockCounts(NamedTuple):
    """The clients of an account in blocks of serials, and how many there are up to the end of
    each."""

    blocks: Sequence[int]
    cumulative: Sequence[int]

    @classmethod
    def from_rows(cls, rows: Iterable[Any]) -> Self:
        """Rows of `blocks`."""
        found = list(rows)
        return cls([row[0] for row in found], list(accumulate(row[1] for row in found)))

    @property
    def total(self) -> int:
        return self.cumulative[-1] if self.cumulative else 0

    def locate(self, offset: int) -> tuple[int, int] | None:
        """The serial to start from, and how many clients to pass over from there; None behind the
        last one."""
        if offset >= self.total:
            return None
        n = bisect_right(self.cumulative, offset)
        before = self.cumulative[n - 1] if n else 0
        first, passed = self.blocks[n] * BLOCK_SIZE, offset - before
        is_whole = self.cumulative[n] - before == BLOCK_SIZE
        return (first + passed, 0) if is_whole else (first, passed)
