"""New clients are told to the index and to the blocks by who makes them, on SQLite (see
storage/indexes/new_clients.py): triggers on INSERT made each cost two thirds more.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

GONE = (
    "DROP TRIGGER client_block_insert",
    "DROP TRIGGER client_search_insert",
    "DROP TABLE client_search_pause",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in GONE:
            op.execute(statement)
