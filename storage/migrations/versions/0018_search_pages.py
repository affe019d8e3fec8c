"""The index of trigrams on SQLite writes pieces as large as the file's pages (see sqlite.py).

Its own measure, 4050 bytes, is made for pages of 4096; `pgsz` is its word for that measure. Pieces
that are there stay as they are until they are merged.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

USUAL = 4096
AROUND = 46
"""Bytes of a page that are not a piece's."""
MEASURE = "INSERT INTO client_search (client_search, rank) VALUES ('pgsz', ?)"


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    size = bind.exec_driver_sql("PRAGMA page_size").scalar_one()
    if size > USUAL:
        bind.exec_driver_sql(MEASURE, (size - AROUND,))
