"""New clients from any method and in any number are counted and can be found."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from msgspec import structs

from storage.imports.incoming import incoming_client
from storage.imports.prepared.rows import prepare_rows
from storage.indexes.trigram_search import MIN_BATCH
from storage.model.commands import CreateAccount, CreateClient, ImportClient, ImportContact
from storage.model.generators import Generators
from storage.model.queries import ClientQuery
from storage.model.records import Client, Origin, State
from storage.model.runs import RunProgress, StartRun
from storage.store import Store
from tests.support.databases import Databases, open_store

BORN = datetime(2019, 2, 28, 23, 59, 59, tzinfo=UTC)
LIVES = ({}, {"archived_at": BORN}, {"is_deleted": True})
"""In turn: one is active, one archived, one deleted."""

Make = Callable[[Store, int, int], None]


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Store]:
    with open_store(databases) as store:
        yield store


def each(store: Store, account_id: int, number: int) -> None:
    for n in range(number):
        store.create_client(account_id, CreateClient(organization_name=f"Needle {n}"))


def together(store: Store, account_id: int, number: int) -> None:
    commands = [
        ImportClient(organization_name=f"Needle {n}", **LIVES[n % 3]) for n in range(number)
    ]
    store.create_clients(account_id, commands)


def arrived(store: Store, account_id: int, number: int) -> None:
    """Import prepared clients into blocks that are far from each other."""
    account = next(one for one in store.list_accounts() if one.id == account_id)
    run = store.start_run(account_id, StartRun(verb="import", dialect="any", source="there"))
    incoming = []
    for n in range(number):
        command = ImportClient(
            serial=1 + 700 * n,
            number=str(n),
            organization_name=f"Needle {n}",
            contacts=(ImportContact(serial=n + 1),),
            **LIVES[n % 3],
        )
        prepared = prepare_rows(command, account, Generators())
        assert prepared is not None
        one = incoming_client(
            Origin(source="there", foreign_id=str(n)), command, lambda _, c=command: c
        )
        incoming.append(structs.replace(one, prepared=prepared))
    progress = RunProgress(checkpoint="", counts={})
    store.import_clients(account_id, incoming, run_id=run.id, record_progress=lambda _: progress)


@pytest.mark.parametrize("number", [2, MIN_BATCH - 1, MIN_BATCH, 3 * MIN_BATCH + 1])
@pytest.mark.parametrize("make", [each, together, arrived])
def test_clients_are_counted_and_found_from_their_birth_on(
    store: Store, make: Make, number: int
) -> None:
    account_id = store.create_account(CreateAccount(name=f"{make.__name__} {number}")).id

    make(store, account_id, number)

    records = list(store.scan_clients(account_id))
    assert len(records) == number
    states = Counter(map(state, records))
    for one in State:
        page = store.list_clients(account_id, ClientQuery(states=frozenset({one}), limit=1))
        assert page.total == states[one]
    found = store.list_clients(account_id, ClientQuery(text="needle", limit=1000))
    assert {record.serial for record in found.records} == {record.serial for record in records}
    assert found.total == number


def state(record: Client) -> State:
    if record.is_deleted:
        return State.DELETED
    return State.ARCHIVED if record.archived_at else State.ACTIVE
