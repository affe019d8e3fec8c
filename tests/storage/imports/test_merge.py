"""Merge of imported clients: new ones are created, existing ones changed, invalid ones refused."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings, strategies as st
from msgspec import structs

from storage.clients import persistence
from storage.imports.incoming import IncomingClient, incoming_client
from storage.model.accounts import Account
from storage.model.commands import (
    ChangeClient,
    ContactDraft,
    CreateAccount,
    CreateClient,
    ImportClient,
    ImportContact,
    draft_of_contact,
)
from storage.model.imports import ImportOutcome, ImportStatus
from storage.model.queries import TombstoneQuery
from storage.model.records import Client, Contact, Origin, Secret, State
from storage.model.runs import StartRun
from storage.store import Store
from tests.support.databases import Databases, open_store
from tests.support.in_memory_import import count_read

SOURCE = "there"
EARLY = datetime(2019, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
LATE = EARLY + timedelta(days=400, microseconds=7)
KEY = UUID("00000000-0000-4000-8000-0000000000ff")
LARGEST = 2**63 - 1


def arriving(
    foreign_id: str = "1",
    *,
    stamp: str = "a",
    at: datetime | None = None,
    **fields: Any,
) -> IncomingClient:
    """Return an incoming client. An existing client becomes equal to it."""
    origin = Origin(source=SOURCE, foreign_id=foreign_id, stamp=stamp, foreign_updated_at=at)
    client = ImportClient(**fields)
    return incoming_client(origin, client, lambda _: client)


class Imports:
    """The store, as seen by one account and one run."""

    def __init__(self, store: Store, account: Account) -> None:
        self.store = store
        self.id = account.id
        self.run = store.start_run(self.id, StartRun(verb="pull", dialect="any", source=SOURCE))

    def take(self, *batch: IncomingClient) -> tuple[ImportOutcome, ...]:
        outcomes = self.store.import_clients(
            self.id, batch, run_id=self.run.id, record_progress=count_read
        )
        assert len(outcomes) == len(batch)
        return outcomes

    def took(self, incoming: IncomingClient) -> Client:
        (outcome,) = self.take(incoming)
        return self.client(outcome)

    def client(self, of: ImportOutcome) -> Client:
        assert of.serial is not None
        return self.store.get_client(self.id, of.serial)

    def made(self, **fields: Any) -> Client:
        return self.store.create_client(self.id, CreateClient(**fields))

    def edited(self, client: Client, **fields: Any) -> Client:
        return self.store.change_client(self.id, client.serial, lambda _: ChangeClient(**fields))

    @property
    def all(self) -> tuple[Client, ...]:
        return self.store.scan_clients(self.id)

    @property
    def gone(self) -> set[int]:
        return {
            stone.serial for stone in self.store.list_deleted_clients(self.id, TombstoneQuery())
        }


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Store]:
    """One store for all tests of this module. Each test has its own account."""
    with open_store(databases) as store:
        yield store


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name=str(uuid4())))


@pytest.fixture
def imports(store: Store, account: Account) -> Imports:
    return Imports(store, account)


def fates(outcomes: tuple[ImportOutcome, ...]) -> list[ImportStatus]:
    return [outcome.status for outcome in outcomes]


# New clients

ADA = ImportContact(
    serial=70,
    first_name="Áda",
    email="ada@x",
    email_rank=2,
    phone="+1",
    phone_rank=1,
    send_email=False,
    is_locked=True,
    custom_value4="four",
    password_hash=Secret("hash"),
    contact_key="key of ada",
    last_login=LATE,
    created_at=EARLY,
    updated_at=LATE,
)
BOB = ImportContact(
    serial=60, first_name="Bob", is_primary=True, contact_key="b", created_at=LATE, updated_at=LATE
)
WHOLE: dict[str, Any] = {
    "serial": 500,
    "uuid": KEY,
    "version": 41,
    "client_hash": "hash of theirs",
    "user_serial": 9,
    "external_id": "ext",
    "number": "Né-1",
    "organization_name": "Acme",
    "balance": Decimal("-0.000001"),
    "paid_to_date": Decimal("9223372036854.775807"),
    "payment_balance": Decimal("1.5"),
    "credit_balance": Decimal(2),
    "created_at": EARLY,
    "updated_at": LATE,
    "archived_at": LATE,
    "is_deleted": True,
    "last_login": EARLY,
    "settings": '{"b": 1, "a": []}',
    "extras": {"ninja": '{"gateway_tokens":[]}'},
}


def test_a_new_client_keeps_all_that_it_brings(imports: Imports) -> None:
    made = imports.took(arriving(**WHOLE, contacts=(ADA, BOB)))

    assert {field: getattr(made, field) for field in WHOLE} == WHOLE


def test_its_contacts_keep_all_that_they_bring(imports: Imports) -> None:
    made = imports.took(arriving(contacts=(ADA, BOB)))

    told = {field: getattr(ADA, field) for field in Contact.__struct_fields__}
    assert made.contacts[1] == Contact(**told)
    assert (made.contacts[0].serial, made.contacts[0].updated_at) == (60, LATE)


def test_only_a_deleted_newcomer_has_a_tombstone(imports: Imports) -> None:
    imports.take(
        arriving("1", is_deleted=True, serial=5),
        arriving("2", is_deleted=False, serial=6),
        arriving("3", archived_at=LATE, serial=7),
    )

    assert imports.gone == {5}


def test_who_brings_nothing_gets_everything(imports: Imports) -> None:
    made = imports.took(arriving())

    assert (made.serial, made.version, made.number) == (1, 1, "0001")
    assert len(made.client_hash) == 40
    assert [contact.is_primary for contact in made.contacts] == [True]


def test_later_serials_are_beyond_all_imported_ones(imports: Imports) -> None:
    imports.take(arriving("1", serial=10, contacts=(ADA,)), arriving("2", serial=30))

    made = imports.made()

    assert made.serial > 30
    assert made.contacts[0].serial > 70


def test_later_contacts_are_beyond_one_that_came_with_a_change(imports: Imports) -> None:
    imports.take(arriving())
    imports.take(arriving(stamp="b", contacts=(ADA,)))

    assert imports.made().contacts[0].serial > 70


def test_one_primary_contact_remains_of_two(imports: Imports) -> None:
    flagged = structs.replace(ADA, is_primary=True)

    made = imports.took(arriving(contacts=(flagged, BOB)))

    assert [(c.serial, c.is_primary) for c in made.contacts] == [(70, True), (60, False)]


def test_nobody_comes_of_an_empty_batch(imports: Imports) -> None:
    assert imports.take() == ()

    assert imports.all == ()


# Identities that somebody else has here


def adjusted_fields(outcome: ImportOutcome) -> set[str]:
    return {field for field, _ in outcome.adjustments}


def test_a_newcomer_whose_serial_is_anothers_gets_a_new_one(imports: Imports) -> None:
    mine = imports.made()

    (outcome,) = imports.take(arriving(serial=mine.serial, client_hash="another"))

    assert (outcome.status, adjusted_fields(outcome)) == (ImportStatus.CREATED, {"id"})
    assert imports.all[0] == mine
    assert imports.all[1].serial > mine.serial


def test_a_newcomer_whose_number_is_anothers_in_any_case_gets_a_new_one(imports: Imports) -> None:
    imports.made(number="Née")

    (outcome,) = imports.take(arriving(number="nEE"))

    assert adjusted_fields(outcome) == {"number"}
    assert imports.client(outcome).number == "0001"


def test_of_two_who_want_a_number_the_first_gets_it(imports: Imports) -> None:
    first, second = imports.take(arriving("1", number="a"), arriving("2", number="A"))

    assert [imports.client(o).number for o in (first, second)] == ["a", "0001"]
    assert (adjusted_fields(first), adjusted_fields(second)) == (set(), {"number"})


def test_nobody_is_given_the_number_that_another_of_the_batch_brings(imports: Imports) -> None:
    outcomes = imports.take(arriving("1"), arriving("2", number="0001"), arriving("3"))

    assert [imports.client(o).number for o in outcomes] == ["0002", "0001", "0003"]


def test_a_newcomer_whose_contacts_serial_is_anothers_gets_a_new_one(imports: Imports) -> None:
    imports.take(arriving("1", contacts=(ADA,)))

    (outcome,) = imports.take(arriving("2", contacts=(BOB, ADA)))

    assert adjusted_fields(outcome) == {"contacts[1].id"}
    bob, ada = imports.client(outcome).contacts
    assert (bob.serial, ada.contact_key) == (60, "key of ada")
    assert ada.serial > 70


def test_of_two_contacts_in_a_batch_who_want_a_serial_the_first_gets_it(imports: Imports) -> None:
    outcomes = imports.take(arriving("1", contacts=(ADA,)), arriving("2", contacts=(ADA, ADA)))

    assert [adjusted_fields(o) for o in outcomes] == [set(), {"contacts[0].id", "contacts[1].id"}]
    serials = {c.serial for o in outcomes for c in imports.client(o).contacts}
    assert len(serials) == 3


def test_a_changed_client_whose_new_contacts_serial_is_anothers_gets_a_new_one(
    imports: Imports,
) -> None:
    imports.take(arriving("1", contacts=(ADA,)), arriving("2", contacts=(BOB,)))

    (outcome,) = imports.take(arriving("2", stamp="b", contacts=(BOB, ADA)))

    assert (outcome.status, adjusted_fields(outcome)) == (ImportStatus.CHANGED, {"contacts[1].id"})
    assert imports.client(outcome).contacts[1].serial > 70


@pytest.mark.parametrize("serial", [60, 80])
def test_two_contacts_of_a_change_do_not_share_a_serial(imports: Imports, serial: int) -> None:
    imports.take(arriving(contacts=(BOB,)))
    twins = [structs.replace(ADA, serial=serial, contact_key=key) for key in ("x", "y")]

    (outcome,) = imports.take(arriving(stamp="b", contacts=tuple(twins)))

    assert adjusted_fields(outcome) == {"contacts[1].id"}
    assert {c.contact_key for c in imports.client(outcome).contacts} == {"x", "y"}


@pytest.mark.parametrize("key", [str(KEY), str(KEY).upper()])
def test_an_external_id_that_is_anothers_uuid_is_left(imports: Imports, key: str) -> None:
    imports.take(arriving("1", uuid=KEY))

    (outcome,) = imports.take(arriving("2", external_id=key))

    assert adjusted_fields(outcome) == {"external_id"}
    assert imports.client(outcome).external_id is None


def test_an_external_id_that_is_a_uuid_of_the_same_batch_is_left(imports: Imports) -> None:
    _, outcome = imports.take(arriving("1", uuid=KEY), arriving("2", external_id=str(KEY)))

    assert adjusted_fields(outcome) == {"external_id"}


def test_the_external_id_of_a_deleted_client_is_free(imports: Imports) -> None:
    gone = imports.made(external_id="e")
    imports.store.set_client_state(imports.id, gone.serial, State.DELETED)

    made = imports.took(arriving(external_id="e"))

    assert (made.external_id, made.serial != gone.serial) == ("e", True)


UNUSABLE = [0, -1, -LARGEST - 1, LARGEST, LARGEST - 1, 2**62 + 1]


def test_a_serial_that_leaves_no_room_is_replaced(imports: Imports) -> None:
    outcomes = imports.take(*(arriving(str(n), serial=n) for n in UNUSABLE))

    assert [adjusted_fields(outcome) for outcome in outcomes] == [{"id"}] * len(UNUSABLE)
    assert [client.serial for client in imports.all] == [1, 2, 3, 4, 5, 6]
    assert imports.made().serial == 7


@pytest.mark.parametrize("is_new", [True, False])
def test_a_contacts_serial_that_leaves_no_room_is_replaced(
    imports: Imports, *, is_new: bool
) -> None:
    if not is_new:
        imports.take(*(arriving(str(n)) for n in UNUSABLE))
    strange = {n: (structs.replace(ADA, serial=n),) for n in UNUSABLE}

    outcomes = imports.take(*(arriving(str(n), stamp="b", contacts=strange[n]) for n in UNUSABLE))

    assert [adjusted_fields(outcome) for outcome in outcomes] == [{"contacts[0].id"}] * len(
        UNUSABLE
    )
    serials = {client.contacts[0].serial for client in imports.all}
    assert len(serials) == 6
    assert 0 < min(serials) < max(serials) < imports.made().contacts[0].serial < 30


def test_the_largest_serials_leave_room(imports: Imports) -> None:
    contact = structs.replace(ADA, serial=2**62)

    made = imports.took(arriving(serial=2**62, contacts=(contact,)))

    assert (made.serial, made.contacts[0].serial) == (2**62, 2**62)
    assert imports.made().serial == 2**62 + 1


# Those who were here once


def test_the_serial_of_a_purged_client_is_not_given_again(imports: Imports) -> None:
    gone = imports.made()
    imports.store.purge_client(imports.id, gone.serial)

    (outcome,) = imports.take(arriving(serial=gone.serial, client_hash=gone.client_hash))

    assert adjusted_fields(outcome) == {"id"}
    assert imports.client(outcome).serial != gone.serial


def test_a_purged_client_may_come_back(imports: Imports) -> None:
    gone = imports.took(arriving(uuid=KEY, number="7"))
    imports.store.purge_client(imports.id, gone.serial)

    (outcome,) = imports.take(arriving(uuid=KEY, number="7"))

    assert outcome.status is ImportStatus.CREATED
    assert (imports.client(outcome).uuid, imports.client(outcome).number) == (KEY, "7")
    assert imports.gone == set()


def test_a_purged_client_may_come_back_deleted(imports: Imports) -> None:
    gone = imports.took(arriving(uuid=KEY))
    imports.store.purge_client(imports.id, gone.serial)

    back = imports.took(arriving(uuid=KEY, is_deleted=True))

    assert imports.gone == {back.serial}


def test_a_client_that_is_purged_while_it_arrives_is_a_new_one(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is purged after it was matched and before it is locked."""
    imports.take(arriving(uuid=KEY))
    monkeypatch.setattr(persistence, "lock_clients", purging(persistence.lock_clients))

    (outcome,) = imports.take(arriving(uuid=KEY, stamp="b", city="Rome"))

    assert outcome.status is ImportStatus.CREATED
    assert [client.city for client in imports.all] == ["Rome"]


def purging(locked_in_order: Callable[..., Iterator[Client]]) -> Callable[..., Iterator[Client]]:
    def locked(connection: Any, account_id: int, serials: list[int]) -> Iterator[Client]:
        for record in locked_in_order(connection, account_id, serials):
            persistence.delete_client_rows(connection, account_id, record, LATE)
        return iter(())

    return locked


# What cannot be stored


UNSTORABLE: list[dict[str, Any]] = [
    {"organization_name": "a\0b"},
    {"private_notes": "\ud800"},
    {"balance": Decimal(2**63)},
    {"balance": Decimal("NaN")},
    {"country_id": 2**63},
    {"serial": 2**63},
    {"longitude": float("inf")},
    {"external_id": "x" * 501},
    {"extras": {"ninja": "\0"}},
    {"contacts": (ContactDraft(email="\0"),)},
    {"foreign_id": "2\0"},
    {"foreign_id": "\udfff"},
    {"foreign_id": "é" * 501},
    {"stamp": "\0"},
]


def unstorable(**others: Any) -> list[IncomingClient]:
    """Return one incoming client for each unstorable value, each with its own uuid."""
    common = [{"foreign_id": f"{n}", "uuid": UUID(int=n)} for n in range(len(UNSTORABLE))]
    return [arriving(**own | others | f) for own, f in zip(common, UNSTORABLE, strict=True)]


def is_said(outcome: ImportOutcome, fields: dict[str, Any]) -> bool:
    return outcome.status is ImportStatus.REFUSED and next(iter(fields)) in outcome.reason


def test_what_cannot_be_stored_is_refused_by_name_and_the_rest_kept(imports: Imports) -> None:
    first, *refused, last = imports.take(
        arriving("first"), *unstorable(), arriving("last", city="Rome")
    )

    assert fates((first, last)) == [ImportStatus.CREATED] * 2
    assert all(map(is_said, refused, UNSTORABLE))
    assert [client.city for client in imports.all] == ["", "Rome"]


def test_a_change_that_cannot_be_stored_is_refused_by_name_and_the_rest_kept(
    imports: Imports,
) -> None:
    imports.take(arriving("first"), *(arriving(str(n), uuid=UUID(int=n)) for n in range(14)))
    _, *before = imports.all

    first, *refused = imports.take(
        arriving("first", stamp="b", city="Rome"), *unstorable(stamp="b", city="Rome")
    )

    assert fates((first,)) == [ImportStatus.CHANGED]
    assert all(map(is_said, refused, UNSTORABLE))
    assert list(imports.all[1:]) == before


# The same once more


def test_the_same_batch_twice_writes_nothing(imports: Imports) -> None:
    batch = [arriving("1", **WHOLE, contacts=(ADA, BOB)), arriving("2", city="Rome", number="7")]
    first = imports.take(*batch)
    before = imports.all

    second = imports.take(*batch)

    assert fates(second) == [ImportStatus.UNCHANGED] * 2
    assert [o.serial for o in second] == [o.serial for o in first]
    assert imports.all == before


@pytest.mark.parametrize(
    "shared", [{}, {"uuid": KEY}, {"serial": 5, "client_hash": "h"}, {"external_id": "e"}], ids=str
)
def test_a_client_that_comes_twice_in_a_batch_is_one(
    imports: Imports, shared: dict[str, Any]
) -> None:
    again = "2" if shared else "1"

    outcomes = imports.take(arriving("1", **shared), arriving(again, **shared), arriving("3"))

    assert fates(outcomes) == [ImportStatus.CREATED, ImportStatus.UNCHANGED, ImportStatus.CREATED]
    assert outcomes[0].serial == outcomes[1].serial
    assert len(imports.all) == 2


def test_a_client_that_comes_again_changed_in_a_batch_ends_as_it_came_last(
    imports: Imports,
) -> None:
    outcomes = imports.take(*(arriving(stamp=city, city=city) for city in ("a", "b", "c")))

    assert fates(outcomes) == [ImportStatus.CREATED, ImportStatus.CHANGED, ImportStatus.CHANGED]
    assert [(client.city, client.version) for client in imports.all] == [("c", 3)]


# Changes


def test_a_change_writes_the_fields_that_differ_and_counts_once(imports: Imports) -> None:
    before = imports.took(arriving(city="Oslo", website="w"))

    (outcome,) = imports.take(arriving(stamp="b", city="Rome", balance=Decimal(3)))

    after = imports.client(outcome)
    assert outcome == ImportOutcome(
        status=ImportStatus.CHANGED, serial=before.serial, fields=("balance", "city")
    )
    assert (after.city, after.balance, after.website) == ("Rome", Decimal(3), "w")
    assert (after.version, after.updated_at > before.updated_at) == (2, True)


@pytest.mark.parametrize(("told", "version"), [(7, 7), (2, 4), (4, 4), (0, 4), (-5, 4)])
def test_a_change_has_the_larger_version_of_the_next_and_the_told(
    imports: Imports, told: int, version: int
) -> None:
    imports.take(arriving(version=3))

    after = imports.took(arriving(stamp="b", city="Rome", version=told))

    assert after.version == version


def test_a_version_alone_is_no_change(imports: Imports) -> None:
    before = imports.took(arriving(version=3))

    (outcome,) = imports.take(arriving(stamp="b", version=9))

    assert outcome.status is ImportStatus.UNCHANGED
    assert imports.client(outcome) == before


def test_what_belongs_to_the_birth_of_a_client_is_not_changed(imports: Imports) -> None:
    before = imports.took(arriving())

    after = imports.took(
        arriving(stamp="b", city="x", uuid=KEY, serial=99, created_at=EARLY, updated_at=EARLY)
    )

    assert (after.uuid, after.serial) == (before.uuid, before.serial)
    assert after.created_at == before.created_at
    assert after.updated_at > before.updated_at


def test_a_change_may_delete_and_restore(imports: Imports) -> None:
    serial = imports.took(arriving()).serial

    deleted = imports.took(arriving(stamp="b", is_deleted=True, archived_at=LATE))
    assert (deleted.is_deleted, imports.gone) == (True, {serial})

    restored = imports.took(arriving(stamp="c", is_deleted=False, archived_at=None))
    assert (restored.is_deleted, imports.gone) == (False, set())


def test_who_is_restored_without_the_external_id_that_another_took_is_restored(
    imports: Imports,
) -> None:
    imports.take(arriving("1", external_id="e"))
    imports.take(arriving("1", stamp="b", is_deleted=True))
    owner = imports.made(external_id="e")

    (outcome,) = imports.take(arriving("1", stamp="c", is_deleted=False))

    assert (outcome.status, adjusted_fields(outcome)) == (ImportStatus.CHANGED, {"external_id"})
    assert imports.client(outcome).external_id is None
    assert imports.store.get_client(imports.id, owner.serial) == owner


def test_the_number_of_another_is_not_taken_over(imports: Imports) -> None:
    imports.made(number="Mine")
    imports.take(arriving(number="old"))

    (outcome,) = imports.take(arriving(stamp="b", number="MINE", city="Rome"))

    after = imports.client(outcome)
    assert (outcome.status, adjusted_fields(outcome)) == (ImportStatus.CHANGED, {"number"})
    assert (after.number, after.city) == ("old", "Rome")


def test_two_who_take_over_a_number_at_once_do_not_both_get_it(imports: Imports) -> None:
    imports.take(arriving("1"), arriving("2"))

    outcomes = imports.take(
        arriving("1", stamp="b", number="n", city="x"),
        arriving("2", stamp="b", number="N", city="x"),
        arriving("3", number="n"),
    )

    assert [adjusted_fields(o) for o in outcomes] == [set(), {"number"}, {"number"}]
    assert [imports.client(o).number for o in outcomes] == ["n", "0002", "0003"]


def test_who_has_no_number_any_more_keeps_the_one_here(imports: Imports) -> None:
    imports.take(arriving("1", number="1"), arriving("2", number="2"))

    outcomes = imports.take(*(arriving(n, stamp="b", number="", city="x") for n in "12"))

    assert [imports.client(o).number for o in outcomes] == ["1", "2"]


@pytest.mark.parametrize("key", ["e", str(KEY)])
def test_a_change_to_anothers_external_id_is_refused_whole_and_the_rest_kept(
    imports: Imports, key: str
) -> None:
    imports.take(arriving("0", external_id="e", uuid=KEY), arriving("1"), arriving("2"))
    before = imports.all[1]

    outcomes = imports.take(
        arriving("1", stamp="b", external_id=key, city="Rome"),
        arriving("2", stamp="b", city="Rome"),
    )

    assert fates(outcomes) == [ImportStatus.REFUSED, ImportStatus.CHANGED]
    assert "external_id" in outcomes[0].reason
    assert imports.all[1] == before


def test_contacts_that_do_not_come_again_are_deleted(imports: Imports) -> None:
    imports.take(arriving(contacts=(ADA, BOB)))

    after = imports.took(arriving(stamp="b", contacts=(ADA,)))

    assert [(c.serial, c.is_primary) for c in after.contacts] == [(70, True)]


def test_a_contact_that_is_known_is_changed_in_place(imports: Imports) -> None:
    (before,) = imports.took(arriving(contacts=(ADA,))).contacts
    draft = structs.replace(draft_of_contact(before), phone="+2")

    after = imports.took(arriving(stamp="b", contacts=(draft,)))

    assert (after.contacts[0].serial, after.contacts[0].phone) == (70, "+2")
    assert (after.contacts[0].contact_key, after.contacts[0].is_locked) == ("key of ada", True)


# Many at once


def test_two_who_import_the_same_at_once_make_no_duplicates(
    store: Store, account: Account, imports: Imports
) -> None:
    batch = [
        arriving(str(n), serial=n + 5, uuid=uuid4(), number=str(n), contacts=(contact(n),))
        for n in range(40)
    ]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: Imports(store, account).take(*batch), range(4)))

    created = [fates(outcomes).count(ImportStatus.CREATED) for outcomes in found]
    assert sorted(created) == [0, 0, 0, 40]
    assert [client.serial for client in imports.all] == list(range(5, 45))
    assert not any(outcome.adjustments for outcomes in found for outcome in outcomes)


def contact(n: int) -> ImportContact:
    return ImportContact(serial=n + 9, contact_key=str(n))


def test_those_who_edit_meanwhile_lose_nothing(
    store: Store, account: Account, imports: Imports
) -> None:
    imports.take(*(arriving(str(n)) for n in range(10)))
    clients_here = imports.all

    def pull(turn: int) -> None:
        batch = [arriving(str(n), stamp=f"{turn}", city=f"{turn}") for n in range(10)]
        Imports(store, account).take(*reversed(batch))

    def edit(turn: int) -> None:
        for client in clients_here:
            imports.edited(client, number=f"{turn}-{client.serial}")

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(step, turn) for turn in range(3) for step in (pull, edit)]:
            done.result()

    assert {client.version for client in imports.all} == {7}


# A model: arrivals of four clients, of which each may also be one that is here

FOREIGN = "abcd"
WANTED = {"number": ["own {}", "taken"], "external_id": [None, "own {}", "here {}"]}


class Model:
    """A simple model of the merge: clients by name, and the names of linked ones by foreign id."""

    def __init__(self) -> None:
        self.clients: dict[str, dict[str, Any]] = {}
        self.links: dict[str, str] = {}

    def settled(self, one: IncomingClient) -> ImportStatus:
        key = one.origin.foreign_id
        name = self.links.get(key) or self.owner("external_id", one.full_command())
        wanted = {f: getattr(one.full_command(), f) for f in ("number", "external_id", "city")}
        if name is None:
            number = None if self.owner("number", one.full_command()) else wanted["number"]
            self.clients[key] = wanted | {"number": number, "version": 1}
            self.links[key] = key
            return ImportStatus.CREATED
        before = self.clients[name]
        if self.owner("external_id", one.full_command()) not in {None, name}:
            return ImportStatus.REFUSED
        if self.owner("number", one.full_command()) not in {None, name}:
            wanted["number"] = before["number"]
        self.links[key] = name
        if wanted | {"version": before["version"]} == before:
            return ImportStatus.UNCHANGED
        before |= wanted | {"version": before["version"] + 1}
        return ImportStatus.CHANGED

    def owner(self, field: str, of: ImportClient) -> str | None:
        wanted = getattr(of, field)
        owners = (name for name, c in self.clients.items() if wanted and c[field] == wanted)
        return next(owners, None)


@st.composite
def arrivals(draw: st.DrawFn) -> IncomingClient:
    key = draw(st.sampled_from(FOREIGN))
    fields = {
        field: value and value.format(key)
        for field, values in WANTED.items()
        for value in [draw(st.sampled_from(values))]
    }
    return arriving(
        key, stamp=draw(st.sampled_from("st")), city=draw(st.sampled_from(["", "Rome"])), **fields
    )


turns = st.tuples(
    st.lists(arrivals(), max_size=6),
    st.sampled_from([None, *FOREIGN]),
)


@settings(max_examples=settings.default.max_examples // 5)
@given(st.lists(turns, min_size=1, max_size=4))
def test_every_arrival_has_the_fate_of_the_model(
    store: Store, played: list[tuple[list[IncomingClient], str | None]]
) -> None:
    imports = Imports(store, store.create_account(CreateAccount(name=str(uuid4()))))
    model, serials = Model(), {}
    here = [{"number": "taken"}] + [
        {"number": f"here {key}", "external_id": f"here {key}"} for key in FOREIGN
    ]
    for client in store.create_clients(imports.id, [CreateClient(**c) for c in here]):
        fields = {f: getattr(client, f) for f in ("number", "external_id", "city", "version")}
        model.clients[client.number] = fields
        serials[client.number] = client.serial

    for batch, edited in played:
        outcomes = imports.take(*batch)
        assert fates(outcomes) == [model.settled(one) for one in batch]
        for one, outcome in zip(batch, outcomes, strict=True):
            if outcome.status is ImportStatus.CREATED:
                serials[one.origin.foreign_id] = outcome.serial
        if edited in model.links:
            name = model.links[edited]
            version = model.clients[name]["version"]
            city = f"edited {version}"
            imports.edited(store.get_client(imports.id, serials[name]), city=city)
            model.clients[name] |= {"city": city, "version": version + 1}

    found = {client.serial: client for client in imports.all}
    assert found.keys() == set(serials.values())
    for name, fields in model.clients.items():
        shown = {f: getattr(found[serials[name]], f) for f in fields}
        number = shown["number"] if fields["number"] is None else fields["number"]
        assert shown == fields | {"number": number}
