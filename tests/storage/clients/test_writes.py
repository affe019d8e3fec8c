"""Writes of clients: all fields are stored, versions count changes, identifiers are unique."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from storage.model.accounts import Account
from storage.model.commands import (
    ChangeClient,
    ContactDraft,
    CreateAccount,
    CreateClient,
    ImportClient,
    ImportContact,
    LiveKey,
    draft_of_contact,
)
from storage.model.errors import Conflict, Invalid, Locked, NotFound
from storage.model.generators import Generators
from storage.model.queries import ClientQuery
from storage.model.records import Client, Origin, State
from storage.store import Store

MOMENT = datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)


def change(**fields: object) -> ChangeClient:
    return ChangeClient(**fields)  # type: ignore[arg-type]  tests name fields that exist


def a_client(store: Store, account: Account, name: str = "Acme", **fields: object) -> Client:
    command = ImportClient(organization_name=name, **fields)  # type: ignore[arg-type]  likewise
    return store.create_client(account.id, command)


def test_a_client_reads_back_exactly_as_it_was_created(store: Store, account: Account) -> None:
    made = a_client(
        store,
        account,
        balance=Decimal("-9223372036854.775808"),
        paid_to_date=Decimal("0.000001"),
        longitude=37.6785237278356,
        latitude=-0.0000000000001,
        created_at=MOMENT,
        settings='{"b":1,"a":{"z":[],"y":null}}',
        extras={"ninja": '{"tax_info":{"a":1}}'},
        contacts=(ContactDraft(first_name="Zoë", phone="1"), ContactDraft(email="b@example.com")),
    )

    assert store.get_client(account.id, made.serial) == made
    assert made.created_at == MOMENT
    assert [c.is_primary for c in made.contacts] == [True, False]


def test_a_client_always_has_a_primary_contact(store: Store, account: Account) -> None:
    made = a_client(store, account)

    (contact,) = made.contacts
    assert (contact.name, contact.email, contact.is_primary) == ("", "", True)
    assert len(contact.contact_key) == 40


def test_a_change_counts_once_and_touches_nothing_else(store: Store, account: Account) -> None:
    before = a_client(store, account, private_notes="old")

    after = store.change_client(account.id, before.serial, lambda _: change(private_notes="new"))

    assert (after.version, after.private_notes) == (2, "new")
    assert after.updated_at > before.updated_at
    assert store.get_client(account.id, before.serial) == after


def test_a_change_to_the_same_value_is_no_change(store: Store, account: Account) -> None:
    before = a_client(store, account, private_notes="same")
    echo = change(private_notes="same", contacts=tuple(map(draft_of_contact, before.contacts)))

    assert store.change_client(account.id, before.serial, lambda _: echo) == before


def test_updated_at_grows_even_when_the_clock_stands_still(database: str) -> None:
    store = Store.open(database, Generators(clock=lambda: MOMENT))
    account = store.create_account(CreateAccount(name="still"))
    before = a_client(store, account)

    after = store.change_client(account.id, before.serial, lambda _: change(city="Rome"))

    assert after.updated_at == before.updated_at + timedelta(microseconds=1)
    store.close()


def test_a_failing_decision_changes_nothing(store: Store, account: Account) -> None:
    before = a_client(store, account)

    def refuse(_record: Client) -> ChangeClient:
        raise Invalid

    with pytest.raises(Invalid):
        store.change_client(account.id, before.serial, refuse)
    assert store.get_client(account.id, before.serial) == before


def test_a_deleted_client_cannot_be_changed_until_it_is_restored(
    store: Store, account: Account
) -> None:
    made = a_client(store, account)
    store.set_client_state(account.id, made.serial, State.DELETED)

    with pytest.raises(Locked):
        store.change_client(account.id, made.serial, lambda _: change(city="Rome"))

    store.set_client_state(account.id, made.serial, State.ACTIVE)
    after = store.change_client(account.id, made.serial, lambda _: change(city="Rome"))
    assert (after.city, after.version) == ("Rome", 4)


MOVES = [
    (State.ACTIVE, State.ACTIVE, False),
    (State.ACTIVE, State.ARCHIVED, True),
    (State.ACTIVE, State.DELETED, True),
    (State.ARCHIVED, State.ACTIVE, True),
    (State.ARCHIVED, State.ARCHIVED, False),
    (State.ARCHIVED, State.DELETED, True),
    (State.DELETED, State.ACTIVE, True),
    (State.DELETED, State.ARCHIVED, False),
    (State.DELETED, State.DELETED, False),
]


@pytest.mark.parametrize(("start", "target", "moves"), MOVES)
def test_a_state_changes_as_the_lifecycle_says(
    store: Store, account: Account, start: State, target: State, *, moves: bool
) -> None:
    made = a_client(store, account)
    before = store.set_client_state(account.id, made.serial, start)

    after = store.set_client_state(account.id, made.serial, target)

    assert (after.version - before.version) == moves
    if moves:
        assert after.is_deleted == (target is State.DELETED)
        assert bool(after.archived_at) == (target is not State.ACTIVE)
    else:
        assert after == before


@pytest.mark.parametrize("field", ["number", "id_number", "external_id"])
def test_an_identity_is_unique_in_its_account_only(
    store: Store, account: Account, field: str
) -> None:
    other = store.create_account(CreateAccount(name="other"))
    a_client(store, account, **{field: "x1"})

    with pytest.raises(Conflict) as refused:
        a_client(store, account, **{field: "x1"})

    assert refused.value.fields == (field,)
    assert a_client(store, other, **{field: "x1"}).serial == 1


@pytest.mark.parametrize("taken", ["INV-é", "inv-É", "inv-e", "INV-E"])
def test_numbers_are_unique_whatever_their_case_and_accents(
    store: Store, account: Account, taken: str
) -> None:
    gone = a_client(store, account, number="inv-é")
    store.set_client_state(account.id, gone.serial, State.DELETED)

    with pytest.raises(Conflict):
        a_client(store, account, number=taken)


def test_external_ids_are_exact_and_free_after_deletion(store: Store, account: Account) -> None:
    first = a_client(store, account, external_id="Key")
    second = a_client(store, account, external_id="key")
    store.set_client_state(account.id, first.serial, State.DELETED)

    third = a_client(store, account, external_id="Key")

    assert store.get_client(account.id, LiveKey(external_id="Key")) == third
    assert store.get_client(account.id, LiveKey(external_id="key")) == second


def test_a_uuid_is_nobody_else_s_external_id_even_while_its_client_is_deleted(
    store: Store, account: Account
) -> None:
    first = a_client(store, account)
    store.set_client_state(account.id, first.serial, State.DELETED)

    with pytest.raises(Conflict):
        a_client(store, account, external_id=str(first.uuid))


def test_serials_are_never_reused_and_start_at_one_in_each_account(
    store: Store, account: Account
) -> None:
    other = store.create_account(CreateAccount(name="other"))
    made = store.create_clients(account.id, [CreateClient(), CreateClient(), CreateClient()])

    assert [c.serial for c in made] == [1, 2, 3]
    assert a_client(store, other).serial == 1
    assert len({c.uuid for c in made}) == 3


def test_a_batch_is_created_whole_or_not_at_all(store: Store, account: Account) -> None:
    twins = [CreateClient(external_id="x"), CreateClient(external_id="x")]

    with pytest.raises(Conflict):
        store.create_clients(account.id, twins)

    assert store.list_clients(account.id, ClientQuery()).total == 0


def test_a_client_of_another_account_is_missing(store: Store, account: Account) -> None:
    other = store.create_account(CreateAccount(name="other"))
    made = a_client(store, other, external_id="x")
    keys = [made.serial, LiveKey(external_id="x"), LiveKey(external_id="", uuid=made.uuid)]

    for key in keys:
        with pytest.raises(NotFound):
            store.get_client(account.id, key)
        with pytest.raises(NotFound):
            store.set_client_state(account.id, key, State.DELETED)


def test_numbers_skip_the_taken_ones_and_pad_to_four(store: Store, account: Account) -> None:
    a_client(store, account, number="0002")

    numbers = [a_client(store, account).number for _ in range(3)]

    assert numbers == ["0001", "0003", "0004"]


def test_a_number_after_a_hundred_taken_ones_gets_a_random_ending(
    store: Store, account: Account
) -> None:
    store.create_clients(account.id, [CreateClient(number=f"{n:04}") for n in range(1, 103)])

    number = a_client(store, account).number

    assert number.startswith("0101_")
    assert len(number) == 10


def test_contacts_left_out_are_gone_and_new_ones_get_new_serials(
    store: Store, account: Account
) -> None:
    made = a_client(
        store, account, contacts=(ContactDraft(first_name="A"), ContactDraft(first_name="B"))
    )
    drafts = (draft_of_contact(made.contacts[1]), ContactDraft(first_name="C"))

    after = store.change_client(account.id, made.serial, lambda _: change(contacts=drafts))

    assert [(c.serial, c.first_name, c.is_primary) for c in after.contacts] == [
        (2, "B", True),
        (3, "C", False),
    ]
    assert store.get_client(account.id, made.serial) == after


def test_a_client_remembers_where_it_was_imported_from(store: Store, account: Account) -> None:
    origins = (
        Origin(source="ninja", foreign_id="OpnelpJeKB", foreign_updated_at=MOMENT),
        Origin(source="planado", foreign_id="50c773b3-a4f8-5619-be47-cb6a0edb22cc"),
    )
    made = a_client(store, account, origins=origins)
    other = a_client(store, account)

    assert store.client_origins(account.id, made.serial) == origins
    assert store.client_origins(account.id, other.serial) == ()


def test_a_deleted_client_can_be_imported_beside_whoever_has_its_external_id_now(
    store: Store, account: Account
) -> None:
    gone = ImportClient(external_id="x", is_deleted=True)
    store.create_client(account.id, CreateClient(external_id="x"))

    made = store.create_clients(account.id, [gone, gone])

    assert [record.external_id for record in made] == ["x", "x"]
    back = store.set_client_state(account.id, made[0].serial, State.ACTIVE)
    assert back.external_id is None


def test_contacts_are_made_beyond_those_that_brought_their_serials(
    store: Store, account: Account
) -> None:
    brought = ImportClient(contacts=(ImportContact(serial=9), ImportContact(serial=7)))
    first, _ = store.create_clients(account.id, [CreateClient(), brought])

    later = store.create_client(account.id, CreateClient())

    assert 9 < first.contacts[0].serial < later.contacts[0].serial
