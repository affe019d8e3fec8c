"""Registers new clients in SQLite's search index and block counts.

Triggers do this for updates and deletes. There is no INSERT trigger: any INSERT trigger makes a new
client cost two thirds more, because SQLite then journals every page that the statement touches.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from storage.database.fast_sql import statements
from storage.model.records import Client

from .block_counts import ADD_COUNTS, BLOCK_SIZE
from .trigram_search import INSERT_INDEXED, INSERT_PENDING, MIN_BATCH, SERIALS_PER_ACCOUNT

Lifecycle = tuple[int, bool, bool]
"""The serial of a client, whether it is archived, and whether it is deleted."""


def lifecycle_of(client: Client) -> Lifecycle:
    """Return the lifecycle of a client, for `register_new_clients`."""
    return client.serial, client.archived_at is not None, client.is_deleted


def register_new_clients(
    connection: Connection, account_id: int, lives: Sequence[Lifecycle]
) -> None:
    """Add new clients to the search index and the block counts, in the transaction of their INSERT.

    Call it once the clients' rows are inserted. Each serial must occur once. On PostgreSQL it does
    nothing.
    """
    if connection.dialect.name != "sqlite" or not lives:
        return
    index_new_clients(connection, account_id, [serial for serial, _, _ in lives])
    statements.execute_many_text(connection, ADD_COUNTS, block_increments(account_id, lives))


def index_new_clients(connection: Connection, account_id: int, serials: Sequence[int]) -> None:
    """Index `MIN_BATCH` or more clients at once; enter fewer as pending.

    The index takes many clients at once at hardly more cost than one client.
    """
    if len(serials) < MIN_BATCH:
        statements.execute_many_text(
            connection,
            INSERT_PENDING,
            [(account_id * SERIALS_PER_ACCOUNT + serial,) for serial in serials],
        )
    else:
        statements.execute_many_text(
            connection, INSERT_INDEXED, [(account_id, msgspec.json.encode(serials).decode())]
        )


def block_increments(account_id: int, lives: Iterable[Lifecycle]) -> list[tuple[int, ...]]:
    """Return the parameter rows of `ADD_COUNTS`: how many more are active, archived and deleted."""
    blocks: dict[int, list[int]] = {}
    clients_by_state = Counter(
        (serial // BLOCK_SIZE, archived, deleted) for serial, archived, deleted in lives
    )
    for (block, is_archived, is_deleted), number in clients_by_state.items():
        blocks.setdefault(block, [0, 0, 0])[2 if is_deleted else int(is_archived)] += number
    return [(account_id, block, *numbers) for block, numbers in blocks.items()]
