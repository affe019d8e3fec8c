"""Lookups of every write: an index answers each of them, however large the account is."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.sql.expression import ClauseElement

from storage.accounts.numbering import SELECT_USED_NUMBERS
from storage.accounts.serials import UPDATE_COUNTERS
from storage.clients.identities import IDENTITIES, SELECT_OWNER_OF_UUIDS
from storage.clients.lookup import SELECT_BY_EXTERNAL_ID, SELECT_BY_SERIAL, SELECT_BY_UUID
from storage.clients.persistence import UPDATE_STATEMENTS
from storage.clients.statements import SELECT_CONTACTS_OF_CLIENT, SELECT_DOCUMENTS_OF_CLIENT
from storage.database.engine_factory import open_engine
from storage.migrations.upgrade import upgrade_schema

LOOKS: dict[str, tuple[ClauseElement, str]] = {
    "a client by its serial": (SELECT_BY_SERIAL, "serial=?"),
    "a client by its uuid": (SELECT_BY_UUID, "uuid=?"),
    "a client by its external id": (SELECT_BY_EXTERNAL_ID, "external_id=?"),
    "the owners of numbers": (IDENTITIES["number"].owners, "number_folded=?"),
    "the owners of id numbers": (IDENTITIES["id_number"].owners, "id_number_folded=?"),
    "the owners of external ids": (IDENTITIES["external_id"].owners, "external_id=?"),
    "the owners of uuids": (SELECT_OWNER_OF_UUIDS, "uuid=?"),
    "numbers in use": (SELECT_USED_NUMBERS, "number_folded=?"),
    "contacts": (SELECT_CONTACTS_OF_CLIENT, "client_serial=?"),
    "documents": (SELECT_DOCUMENTS_OF_CLIENT, "client_serial=?"),
    "a reservation": (UPDATE_COUNTERS, "rowid=?"),
} | {
    f"a row of {t.name}": (update.values(serial=1), "serial=?")
    for t, update in UPDATE_STATEMENTS.items()
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = open_engine("sqlite://")
    with engine.begin() as connection:
        upgrade_schema(connection)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("statement", "column"), LOOKS.values(), ids=LOOKS)
def test_an_index_answers(engine: Engine, statement: ClauseElement, column: str) -> None:
    text = statement.compile(engine)
    values = tuple("[]" for _ in text.positiontup or ())

    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()

    steps = [str(row[3]) for row in rows]
    assert column in steps[0]
    assert not [step for step in steps if step.startswith("SCAN") and "VIRTUAL" not in step]
