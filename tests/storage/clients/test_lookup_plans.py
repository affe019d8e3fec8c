"""What every write looks at: an index answers each of these looks, however large the account."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.sql.expression import ClauseElement

from storage.accounts.numbering import IN_USE
from storage.accounts.serials import RESERVE
from storage.clients.identities import IDENTITIES, OWNERS_OF_UUIDS
from storage.clients.lookup import BY_EXTERNAL_ID, BY_SERIAL, BY_UUID
from storage.clients.persistence import UPDATES
from storage.clients.statements import CONTACTS_OF_ONE, DOCUMENTS_OF_ONE
from storage.database.engine_factory import open_engine
from storage.migrations.upgrade import upgrade_schema

LOOKS: dict[str, tuple[ClauseElement, str]] = {
    "a client by its serial": (BY_SERIAL, "serial=?"),
    "a client by its uuid": (BY_UUID, "uuid=?"),
    "a client by its external id": (BY_EXTERNAL_ID, "external_id=?"),
    "the owners of numbers": (IDENTITIES["number"].owners, "number_folded=?"),
    "the owners of id numbers": (IDENTITIES["id_number"].owners, "id_number_folded=?"),
    "the owners of external ids": (IDENTITIES["external_id"].owners, "external_id=?"),
    "the owners of uuids": (OWNERS_OF_UUIDS, "uuid=?"),
    "numbers in use": (IN_USE, "number_folded=?"),
    "contacts": (CONTACTS_OF_ONE, "client_serial=?"),
    "documents": (DOCUMENTS_OF_ONE, "client_serial=?"),
    "a reservation": (RESERVE, "rowid=?"),
} | {f"a row of {t.name}": (update.values(serial=1), "serial=?") for t, update in UPDATES.items()}


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
