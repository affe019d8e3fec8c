"""Changes of clients gathered for the index of trigrams on SQLite (see trigram_search.py).

The index takes many clients at hardly more cost than one. What it does not know yet is due: the
triggers note it, and the one that makes it enough has the index learn all of it. As with migration
0004: who recreates the table `client` has to make its triggers again.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

# The texts are those that the index still holds of a client; null where it does not know it.
DUE = "CREATE TABLE client_search_due (id INTEGER PRIMARY KEY, search TEXT, name_folded TEXT)"
TRIGGERS = ("client_search_insert", "client_search_update", "client_search_delete")

IS_NEW = """
INSERT INTO client_search_due (id) VALUES (new.account_id * 4294967296 + new.serial)
ON CONFLICT DO NOTHING;
"""
WAS_THERE = """
INSERT INTO client_search_due (id, search, name_folded)
VALUES (old.account_id * 4294967296 + old.serial, old.search, old.name_folded)
ON CONFLICT DO NOTHING;
"""
SEEN = "WHEN NOT EXISTS (SELECT 1 FROM client_search_pause)"
INSERTED = f"CREATE TRIGGER client_search_insert AFTER INSERT ON client {SEEN} BEGIN {IS_NEW} END"
IS_ELSEWHERE = """
INSERT INTO client_search_due (id) SELECT new.account_id * 4294967296 + new.serial
WHERE old.account_id <> new.account_id OR old.serial <> new.serial
ON CONFLICT DO NOTHING;
"""
UPDATED = f"""
CREATE TRIGGER client_search_update
AFTER UPDATE OF account_id, serial, search, name_folded ON client
WHEN old.search <> new.search
    OR old.name_folded <> new.name_folded
    OR old.account_id <> new.account_id
    OR old.serial <> new.serial
BEGIN {WAS_THERE} {IS_ELSEWHERE} END
"""
DELETED = f"CREATE TRIGGER client_search_delete AFTER DELETE ON client BEGIN {WAS_THERE} END"

FORGET = """
INSERT INTO client_search (client_search, rowid, search, name_folded)
SELECT 'delete', id, search, name_folded FROM client_search_due
WHERE search IS NOT NULL ORDER BY id;
"""
LEARN = """
INSERT INTO client_search (rowid, search, name_folded)
SELECT due.id, client.search, client.name_folded FROM client_search_due AS due
JOIN client ON account_id = due.id / 4294967296 AND serial = due.id % 4294967296
ORDER BY due.id;
"""
DONE = "DELETE FROM client_search_due;"
ENOUGH = "WHEN (SELECT count(*) FROM client_search_due) >= 64"
LEARNED = f"""
CREATE TRIGGER client_search_learn AFTER INSERT ON client_search_due
{ENOUGH} BEGIN {FORGET} {LEARN} {DONE} END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        for statement in (DUE, INSERTED, UPDATED, DELETED, LEARNED):
            op.execute(statement)
