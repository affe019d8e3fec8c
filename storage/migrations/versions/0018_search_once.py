"""The index of trigrams on SQLite learns each text once (see trigram_search.py).

A client's searched text begins with its name, and the index held the name by itself as well: a
sixth of it was there twice. Now it holds the name, and the rest of the searched text. It is made
anew from the clients, so whatever was due is in it. As before: who recreates the table `client`
drops the view first, and has to make the triggers again.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

GONE = (
    "DROP TRIGGER client_search_update",
    "DROP TRIGGER client_search_delete",
    "DROP TABLE client_search_due",
    "DROP TABLE client_search",
    "DROP VIEW client_search_source",
)


def rest(row: str) -> str:
    """The texts behind the name and what stands between; of who has no name all of them."""
    search, name = f"{row}search", f"{row}name_folded"
    return f"iif({name} = '', {search}, substr({search}, length({name}) + 2))"


SOURCE = f"""
CREATE VIEW client_search_source AS
SELECT account_id * 4294967296 + serial AS id, account_id, serial, name_folded, {rest("")} AS rest
FROM client
"""  # noqa: S608  our own columns
INDEX = """
CREATE VIRTUAL TABLE client_search USING fts5(
    name_folded,
    rest,
    content='client_search_source',
    content_rowid='id',
    columnsize=0,
    tokenize='trigram case_sensitive 1'
)
"""
# The texts are those that the index still holds of a client; null where it does not know it.
DUE = "CREATE TABLE client_search_due (id INTEGER PRIMARY KEY, name_folded TEXT, rest TEXT)"
WAS_THERE = f"""
INSERT INTO client_search_due (id, name_folded, rest)
VALUES (old.account_id * 4294967296 + old.serial, old.name_folded, {rest("old.")})
ON CONFLICT DO NOTHING;
"""  # noqa: S608
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
INSERT INTO client_search (client_search, rowid, name_folded, rest)
SELECT 'delete', id, name_folded, rest FROM client_search_due
WHERE rest IS NOT NULL ORDER BY id;
"""
LEARN = """
INSERT INTO client_search (rowid, name_folded, rest)
SELECT due.id, source.name_folded, source.rest FROM client_search_due AS due
JOIN client_search_source AS source
ON account_id = due.id / 4294967296 AND serial = due.id % 4294967296
ORDER BY due.id;
"""
DONE = "DELETE FROM client_search_due;"
ENOUGH = "WHEN (SELECT count(*) FROM client_search_due) >= 64"
LEARNED = f"""
CREATE TRIGGER client_search_learn AFTER INSERT ON client_search_due
{ENOUGH} BEGIN {FORGET} {LEARN} {DONE} END
"""

ROOM = "INSERT INTO client_search (client_search, rank) VALUES ('hashsize', 8388608)"
FILL = "INSERT INTO client_search (client_search) VALUES ('rebuild')"


def upgrade() -> None:
    """With the room of migration 0016."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in (*GONE, SOURCE, INDEX, DUE, UPDATED, DELETED, LEARNED, ROOM, FILL):
            op.execute(statement)
