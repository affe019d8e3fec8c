"""An index of trigrams on SQLite: clients by a part of their text (see trigram_search.py).

The triggers see every write, in its transaction. A later migration that recreates the table
`client` (alembic's batch mode with its copy) drops them with the table, and SQLite refuses its
renaming while the view is there: drop the view before, then do all of this again.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

SOURCE = """
CREATE VIEW client_search_source AS
SELECT account_id * 4294967296 + serial AS id, search, name_folded FROM client
"""
# The texts are folded already: the tokenizer must not fold them in its own way.
INDEX = """
CREATE VIRTUAL TABLE client_search USING fts5(
    search,
    name_folded,
    content='client_search_source',
    content_rowid='id',
    columnsize=0,
    tokenize='trigram case_sensitive 1'
)
"""
ADD = """
INSERT INTO client_search (rowid, search, name_folded)
VALUES (new.account_id * 4294967296 + new.serial, new.search, new.name_folded);
"""
REMOVE = """
INSERT INTO client_search (client_search, rowid, search, name_folded)
VALUES ('delete', old.account_id * 4294967296 + old.serial, old.search, old.name_folded);
"""
INSERTED = f"CREATE TRIGGER client_search_insert AFTER INSERT ON client BEGIN {ADD} END"
DELETED = f"CREATE TRIGGER client_search_delete AFTER DELETE ON client BEGIN {REMOVE} END"
UPDATED = f"""
CREATE TRIGGER client_search_update
AFTER UPDATE OF account_id, serial, search, name_folded ON client
BEGIN {REMOVE} {ADD} END
"""
FILL = "INSERT INTO client_search (client_search) VALUES ('rebuild')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in (SOURCE, INDEX, INSERTED, UPDATED, DELETED, FILL):
            op.execute(statement)
