"""Room for the index of trigrams on SQLite (see trigram_search.py).

The index gathers what it learns in memory and writes it down as a segment when that is full: a
megabyte, with three thousand clients of an import in ten segments, which have to be merged again.
`hashsize` is its own word for that room, in bytes; of it only as much is taken as is needed.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

ROOM = "INSERT INTO client_search (client_search, rank) VALUES ('hashsize', 8388608)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(ROOM)
