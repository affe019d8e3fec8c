"""How many clients there are, in blocks of serials, on SQLite (see block_counts.py).

As with the index of migration 0004: who recreates the table `client` has to make the triggers
again. They look away, as that index does, from a transaction that makes many clients.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLE = """
CREATE TABLE client_block (
    account_id INTEGER NOT NULL,
    block INTEGER NOT NULL,
    active INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    PRIMARY KEY (account_id, block)
) WITHOUT ROWID
"""
FILL = """
INSERT INTO client_block (account_id, block, active, archived, deleted)
SELECT account_id, serial / 1024,
    sum(NOT is_deleted AND archived_at IS NULL),
    sum(NOT is_deleted AND archived_at IS NOT NULL),
    sum(is_deleted)
FROM client
GROUP BY 1, 2
"""
ADD = """
INSERT INTO client_block (account_id, block, active, archived, deleted) VALUES (
    new.account_id,
    new.serial / 1024,
    NOT new.is_deleted AND new.archived_at IS NULL,
    NOT new.is_deleted AND new.archived_at IS NOT NULL,
    new.is_deleted
)
ON CONFLICT (account_id, block) DO UPDATE SET
    active = active + excluded.active,
    archived = archived + excluded.archived,
    deleted = deleted + excluded.deleted;
"""
REMOVE = """
UPDATE client_block SET
    active = active - (NOT old.is_deleted AND old.archived_at IS NULL),
    archived = archived - (NOT old.is_deleted AND old.archived_at IS NOT NULL),
    deleted = deleted - old.is_deleted
WHERE account_id = old.account_id AND block = old.serial / 1024;
"""
SEEN = "WHEN NOT EXISTS (SELECT 1 FROM client_search_pause)"
INSERTED = f"CREATE TRIGGER client_block_insert AFTER INSERT ON client {SEEN} BEGIN {ADD} END"
DELETED = f"CREATE TRIGGER client_block_delete AFTER DELETE ON client BEGIN {REMOVE} END"
UPDATED = f"""
CREATE TRIGGER client_block_update
AFTER UPDATE OF account_id, serial, is_deleted, archived_at ON client
WHEN old.is_deleted <> new.is_deleted
    OR (old.archived_at IS NULL) <> (new.archived_at IS NULL)
    OR old.account_id <> new.account_id
    OR old.serial <> new.serial
BEGIN {REMOVE} {ADD} END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in (TABLE, FILL, INSERTED, DELETED, UPDATED):
            op.execute(statement)
