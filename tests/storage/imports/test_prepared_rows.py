"""Rows that are prepared before a transaction equal rows that are made in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec import structs

from storage.imports.incoming import incoming_client
from storage.imports.prepared.rows import PreparedRows, prepare_rows
from storage.model.accounts import Account
from storage.model.commands import ContactDraft, CreateAccount, ImportClient, ImportContact
from storage.model.documents import DocumentDraft
from storage.model.generators import Generators
from storage.model.imports import ImportOutcome
from storage.model.queries import ClientQuery
from storage.model.records import Client, Origin
from storage.model.runs import RunProgress, StartRun
from storage.store import Store
from tests.support.databases import Databases, open_store

BORN = datetime(2019, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
MANY = 25
"""So many that SQLite's index learns of them at once."""


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Store]:
    """One store for all tests of this module. Each test has its own account."""
    with open_store(databases) as store:
        yield store


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name=str(uuid4()), country_id=276))


def person(serial: int | None, **fields: Any) -> ImportContact:
    told = {"first_name": "Áda", "created_at": BORN, "updated_at": BORN, "contact_key": f"{serial}"}
    return ImportContact(serial=serial, **told | fields)


def whole(n: int, **fields: Any) -> ImportClient:
    told = {
        "serial": n,
        "uuid": UUID(int=n),
        "number": f"N {n}",
        "external_id": f"K {n}/ü",
        "organization_name": f"Größe {n} \N{GRINNING FACE}",
        "client_hash": f"hash {n}",
        "balance": Decimal("-5.250001"),
        "longitude": 12.5,
        "is_tax_exempt": True,
        "created_at": BORN,
        "updated_at": BORN,
        "archived_at": BORN,
        "extras": {"ninja": '{"tax_info":{"ä":1}}'},
        "version": 4,
        "contacts": (person(2 * n, phone="12", is_locked=True), person(2 * n + 1, email="B@X")),
    }
    return ImportClient(**told | fields)


def sent(prepared: PreparedRows | None) -> PreparedRows | None:
    """Return the rows as another process receives them."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(prepared), type=PreparedRows | None)


def import_commands(
    store: Store, account: Account, commands: list[ImportClient], *, is_ready: bool
) -> tuple[tuple[ImportOutcome, ...], list[Client]]:
    run = store.start_run(account.id, StartRun(verb="import", dialect="any", source="there"))
    incoming = [
        structs.replace(
            incoming_client(
                Origin(source="there", foreign_id=f"{run.id} {n}"),
                command,
                lambda _, command=command: command,
            ),
            prepared=sent(prepare_rows(command, account, Generators())) if is_ready else None,
        )
        for n, command in enumerate(commands)
    ]
    progress = RunProgress(checkpoint="", counts={})
    outcomes = store.import_clients(
        account.id, incoming, run_id=run.id, record_progress=lambda _: progress
    )
    found = [store.get_client(account.id, o.serial) for o in outcomes if o.serial is not None]
    return outcomes, found


def test_ready_ones_become_what_the_others_do(store: Store, account: Account):
    other = store.create_account(CreateAccount(name=str(uuid4()), country_id=276))
    commands = [whole(n) for n in range(1, MANY + 1)]
    assert all(prepare_rows(command, account, Generators()) for command in commands)

    told, records = import_commands(store, account, commands, is_ready=True)

    assert (told, records) == import_commands(store, other, commands, is_ready=False)
    assert len(records) == MANY
    assert records[0].balance == Decimal("-5.250001")
    origins = [store.client_origins(owner.id, 7)[0].version for owner in (account, other)]
    assert origins == [4, 4]


def test_ready_ones_are_found_and_counted(store: Store, account: Account):
    import_commands(store, account, [whole(n) for n in range(1, MANY + 1)], is_ready=True)

    found = store.list_clients(account.id, ClientQuery(text="GROSSE 17"))

    assert [client.serial for client in found.records] == [17]
    assert store.list_clients(account.id, ClientQuery()).total == MANY


@pytest.mark.parametrize(
    "fields",
    [
        {"serial": 1},
        {"number": "n 1"},
        {"external_id": str(UUID(int=1))},
        {"contacts": (person(2), person(9))},
        {"contacts": (person(9), person(9))},
        {"contacts": (person(9), person(2**62 + 1))},
        {"serial": 2**62 + 1},
        {"serial": 0},
    ],
)
def test_what_is_anothers_is_left_as_if_none_were_ready(
    store: Store, account: Account, fields: dict[str, Any]
):
    other = store.create_account(CreateAccount(name=str(uuid4()), country_id=276))
    ends = []
    for owner, is_ready in ((account, True), (other, False)):
        import_commands(store, owner, [whole(1)], is_ready=is_ready)
        ends.append(
            import_commands(store, owner, [whole(5, **fields), whole(6)], is_ready=is_ready)
        )

    assert ends[0] == ends[1]
    assert ends[0][0][0].adjustments


@pytest.mark.parametrize(
    "fields",
    [
        {"serial": msgspec.UNSET},
        {"number": None},
        {"number": ""},
        {"contacts": ()},
        {"contacts": (person(None),)},
        {"contacts": (ContactDraft(serial=3),)},
        {"documents": (DocumentDraft(name="a", type="txt", hash="a", size=1),)},
        {"private_notes": "nul \0"},
        {"serial": 2**63},
    ],
)
def test_who_needs_something_or_cannot_be_stored_is_not_ready(fields: dict[str, Any]):
    account = Account(
        id=1,
        name="",
        hash_salt="",
        country_id=840,
        currency_id=1,
        owner_serial=1,
        created_at=BORN,
    )

    assert prepare_rows(whole(1), account, Generators()) is not None
    assert prepare_rows(structs.replace(whole(1), **fields), account, Generators()) is None
