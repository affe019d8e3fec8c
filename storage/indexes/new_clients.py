"""What SQLite's own tables are told of new clients: the index of the search and the blocks that
count.

Of changes and ends triggers tell them. A trigger on INSERT, whatever it does, would make each new
client cost two thirds more: SQLite then takes down all pages that a statement touches.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from storage.database.fast_sql import statements
from storage.model.records import Client

from .block_counts import ADD_COUNTS, BLOCK_SIZE
from .trigram_search import INSERT_INDEXED, INSERT_PENDING, MIN_BATCH, SERIALS

Lifecycle = tuple[int, bool, bool]
"""A serial, whether that client is archived, and whether it is deleted."""


def lifecycle_of(client: Client) -> Lifecycle:
    return client.serial, client.archived_at is not None, client.is_deleted


def register_new_clients(
    connection: Connection, account_id: int, lives: Sequence[Lifecycle]
) -> None:
    """Clients whose rows are there now, in the same transaction; they are all different."""
    if connection.dialect.name != "sqlite" or not lives:
        return
    index_new_clients(connection, account_id, [serial for serial, _, _ in lives])
    statements.execute_many_text(connection, ADD_COUNTS, block_increments(account_id, lives))


def index_new_clients(connection: Connection, account_id: int, serials: Sequence[int]) -> None:
    """The index takes many at once at hardly more cost than one: few are due, and wait."""
    if len(serials) < MIN_BATCH:
        statements.execute_many_text(
            connection, INSERT_PENDING, [(account_id * SERIALS + serial,) for serial in serials]
        )
    else:
        statements.execute_many_text(
            connection, INSERT_INDEXED, [(account_id, msgspec.json.encode(serials).decode())]
        )


def block_increments(account_id: int, lives: Iterable[Lifecycle]) -> list[tuple[int, ...]]:
    """Rows of blocks: how many more are active, archived and deleted."""
    blocks: dict[int, list[int]] = {}
    alike = Counter(
        (serial // BLOCK_SIZE, archived, deleted) for serial, archived, deleted in lives
    )
    for (block, is_archived, is_deleted), number in alike.items():
        blocks.setdefault(block, [0, 0, 0])[2 if is_deleted else int(is_archived)] += number
    return [(account_id, block, *numbers) for block, numbers in blocks.items()]
