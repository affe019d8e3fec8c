"""An Invoice Ninja and a Planado hold the same clients for weeks, and both are edited.

No edit is lost: each is on both sides, or in a conflict with both values.
"""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from dialects.planado import DIALECT as PLANADO
from gateway.migration.reconcile import Side
from gateway.migration.settlement import chosen_value, settle_conflict
from storage.model.accounts import Account
from storage.model.commands import (
    ChangeClient,
    CreateClient,
    CreateService,
    ImportClient,
    ImportContact,
)
from storage.model.conflicts import ConflictState, FieldConflict
from storage.model.imports import ConflictPolicy
from storage.model.records import Client, State
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    There,
    after,
    all_of,
    brought,
    fates,
    lines,
    nth,
    nth_of,
    one_engine,
)

ADA = ImportContact(first_name="Ada", last_name="Ray", email="ada@example.com", is_primary=True)
pytestmark = one_engine


class Company(NamedTuple):
    """A company that lives with both services: its account, and the two services."""

    store: Store
    here: Account
    ninja: There
    planado: There

    def cycle(self, policy: ConflictPolicy = ConflictPolicy.HOLD, **options: Any) -> None:
        """Pull from both services and push to both, as a timer would."""
        for service in (self.ninja, self.planado):
            service.clock.tick(minutes=10)
            service.pull(self.here, policy=policy)
        for service in (self.ninja, self.planado):
            service.push(self.here, policy=policy, **options)

    def edit_ninja(self, name: str, **fields: Any) -> None:
        self.ninja.clock.tick(minutes=1)
        self.ninja.put(client_of(self.ninja, name).serial, fields)

    def edit_planado(self, name: str, **fields: Any) -> None:
        self.planado.clock.tick(minutes=1)
        self.planado.speaker.patched(str(client_of(self.planado, name).uuid), fields)

    def delete_in(self, service: There, name: str) -> None:
        service.clock.tick(minutes=1)
        service.speaker.delete(f"/clients/{service.id_of(client_of(service, name).serial)}")

    def sides(self, name: str) -> tuple[Client, Client, Client]:
        """Return a client as it is in Ninja, in Planado and here."""
        [here] = [client for client in all_of(self.store, self.here) if client.name == name]
        return client_of(self.ninja, name), client_of(self.planado, name), here

    def conflicts(self) -> list[FieldConflict]:
        return list(self.store.list_conflicts(self.here.id, ConflictState.OPEN))

    def writes(self) -> int:
        """Return how many writes the services have had since the last call."""
        number = sum(len(service.faulty.writes) for service in (self.ninja, self.planado))
        for service in (self.ninja, self.planado):
            service.forget_calls()
        return number


def client_of(service: There, name: str) -> Client:
    [client] = [client for client in service.clients if client.name == name]
    return client


def names_in(service: There) -> set[str]:
    return {client.name for client in service.clients if not client.is_deleted}


@pytest.fixture
def company(store: Store, here: Account, ninja_there: There, planado_there: There) -> Company:
    """A company with five clients, which came from Ninja and are in step everywhere."""
    brought(
        store,
        ninja_there.account,
        *(
            ImportClient(organization_name=f"Client {n}", phone=f"{n}00", contacts=(ADA,))
            for n in range(1, 6)
        ),
    )
    company = Company(store, here, ninja_there, planado_there)
    company.cycle()
    company.cycle()
    company.writes()
    return company


# Edits


def test_a_company_at_rest_writes_nothing(company: Company) -> None:
    before = [service.clients for service in (company.ninja, company.planado)]

    for _ in range(3):
        company.cycle()

    assert company.writes() == 0
    assert [service.clients for service in (company.ninja, company.planado)] == before
    assert company.conflicts() == []


@pytest.mark.parametrize("policy", ConflictPolicy)
def test_edits_of_different_fields_arrive_on_both_sides(
    company: Company, policy: ConflictPolicy
) -> None:
    company.edit_ninja("Client 1", private_notes="from ninja", phone="555")
    company.edit_planado("Client 1", site_address={"formatted": "1 New Street"})

    company.cycle(policy)
    company.cycle(policy)

    ninja, planado, here = company.sides("Client 1")
    assert (ninja.private_notes, ninja.phone) == ("from ninja", "555")
    assert ninja.shipping_address1 == "1 New Street"
    assert (planado.phone, planado.service_text) == ("555", "1 New Street")
    assert (here.phone, here.private_notes) == ("555", "from ninja")
    assert company.conflicts() == []


def test_twenty_rounds_of_edits_on_both_sides_lose_none(company: Company) -> None:
    names = [f"Client {n}" for n in range(1, 6)]

    for turn in range(20):
        for name in names:
            company.edit_ninja(name, public_notes=f"note {turn}", city=f"City {turn}")
            company.edit_planado(name, site_address={"formatted": f"{turn} Street"})
        company.cycle()
        for name in names:
            ninja, planado, _here = company.sides(name)
            assert (ninja.public_notes, ninja.city) == (f"note {turn}", f"City {turn}")
            assert ninja.shipping_address1 == planado.service_text == f"{turn} Street"

    assert company.conflicts() == []
    company.cycle()
    company.writes()
    company.cycle()
    assert company.writes() == 0


def test_each_edit_is_written_once_on_the_other_side(company: Company) -> None:
    company.edit_ninja("Client 1", phone="555")
    company.edit_planado("Client 2", site_address={"formatted": "2 Street"})
    company.writes()

    for _ in range(3):
        company.cycle()

    assert company.writes() == 2


def test_what_was_told_is_what_the_next_edit_is_held_against(company: Company) -> None:
    here = company.here.id
    serial = company.sides("Client 1")[2].serial
    company.store.change_client(here, serial, lambda _: ChangeClient(phone="told"))
    company.cycle()

    company.store.change_client(here, serial, lambda _: ChangeClient(private_notes="ours"))
    company.edit_ninja("Client 1", phone="theirs")
    company.cycle()

    ninja, _, ours = company.sides("Client 1")
    assert (ninja.private_notes, ours.phone) == ("ours", "theirs")
    assert company.conflicts() == []


def test_what_is_entered_between_a_write_and_the_look_after_it_is_a_conflict(
    company: Company,
) -> None:
    serial = company.sides("Client 1")[2].serial
    company.store.change_client(
        company.here.id, serial, lambda _: ChangeClient(phone="ours", private_notes="told")
    )
    look_after_write = nth_of(
        lambda one: one.method == "GET" and bool(company.ninja.faulty.writes), 1
    )
    edit = after(lambda: company.edit_ninja("Client 1", phone="theirs"))
    company.ninja.faulty.plan(edit, look_after_write)

    company.cycle()
    company.cycle()

    ninja, _, ours = company.sides("Client 1")
    assert (ninja.phone, ours.phone, ninja.private_notes) == ("theirs", "ours", "told")
    assert [one.group for one in company.conflicts() if one.source.startswith("ninja")] == ["phone"]


def test_what_is_entered_between_a_creation_and_the_look_after_it_is_a_conflict(
    company: Company,
) -> None:
    new = CreateClient(organization_name="New", phone="ours", private_notes="told")
    company.store.create_client(company.here.id, new)
    look_after_write = nth_of(
        lambda one: one.method == "GET" and bool(company.ninja.faulty.writes), 1
    )
    edit = after(lambda: company.edit_ninja("New", phone="theirs"))
    company.ninja.faulty.plan(edit, look_after_write)

    company.cycle()
    company.cycle()

    ninja, _, ours = company.sides("New")
    assert (ninja.phone, ours.phone, ninja.private_notes) == ("theirs", "ours", "told")
    assert [one.group for one in company.conflicts() if one.source.startswith("ninja")] == ["phone"]


def test_two_edits_of_one_field_are_a_conflict_with_both_values(company: Company) -> None:
    company.edit_ninja("Client 1", phone="from ninja", public_notes="also")
    company.edit_planado(
        "Client 1", contacts=[{"name": None, "value": "from planado", "type": "phone"}]
    )

    company.cycle()
    company.cycle()

    ninja, planado, here = company.sides("Client 1")
    assert {ninja.phone, planado.phone} == {"from ninja", "from planado"}
    assert here.public_notes == "also"
    [conflict] = company.conflicts()
    assert conflict.group == "phone"
    assert {"from ninja", "from planado"} == {
        value for value in ("from ninja", "from planado") if value in conflict.here + conflict.there
    }


@pytest.mark.parametrize("policy", [ConflictPolicy.REMOTE, ConflictPolicy.LOCAL])
def test_what_a_policy_overwrites_is_kept_with_the_value_that_lost(
    company: Company, policy: ConflictPolicy
) -> None:
    company.edit_ninja("Client 1", phone="from ninja")
    company.edit_planado(
        "Client 1", contacts=[{"name": None, "value": "from planado", "type": "phone"}]
    )

    company.cycle(policy)
    company.cycle(policy)

    ninja, planado, _here = company.sides("Client 1")
    assert ninja.phone == planado.phone
    overwritten = company.store.list_conflicts(company.here.id, ConflictState.OVERWRITTEN)
    lost = {"from ninja", "from planado"} - {ninja.phone}
    assert any(value in one.here + one.there for value in lost for one in overwritten)


def test_a_balance_that_moves_stops_no_edit(company: Company) -> None:
    company.store.change_client(
        company.ninja.account.id,
        client_of(company.ninja, "Client 1").serial,
        lambda _record: ImportClient(balance=Decimal(12)),
    )
    company.edit_planado("Client 1", site_address={"formatted": "1 New Street"})

    company.cycle()

    ninja, _planado, here = company.sides("Client 1")
    assert (ninja.shipping_address1, here.balance) == ("1 New Street", 12)
    assert company.conflicts() == []


def test_a_policy_of_a_later_run_decides_what_was_held(company: Company) -> None:
    company.edit_ninja("Client 1", phone="from ninja")
    company.edit_planado("Client 1", contacts=NEW_PHONE)
    company.cycle()
    company.planado.clock.tick(hours=1)
    assert [one.group for one in company.conflicts()] == ["phone"]

    done = company.planado.pull(company.here, policy=ConflictPolicy.REMOTE)

    assert company.conflicts() == []
    assert company.sides("Client 1")[2].phone == "from planado"
    [line] = lines(company.store, done.run, "overwritten")
    assert (line.field, line.text) == ("phone", "the value there wins")


# What a person decides


NEW_PHONE = [{"name": None, "value": "from planado", "type": "phone"}]


@pytest.mark.parametrize("winner", [Side.HERE, Side.THERE])
def test_a_conflict_is_settled_by_a_person_and_both_sides_follow(
    company: Company, winner: Side
) -> None:
    company.edit_ninja("Client 1", phone="from ninja", public_notes="also")
    company.edit_planado("Client 1", contacts=NEW_PHONE)
    company.cycle()
    company.cycle()
    [conflict] = company.conflicts()
    chosen = "from planado" if winner is Side.THERE else "from ninja"

    settle_conflict(company.store, company.here, PLANADO, conflict, winner)
    company.cycle()
    company.cycle()

    assert [client.phone for client in company.sides("Client 1")] == [chosen] * 3
    assert company.conflicts() == []
    settled = company.store.get_conflict(company.here.id, conflict.id)
    assert (settled.state, settled.winner) == (ConflictState.SETTLED, winner.value)
    company.writes()
    company.cycle()
    assert company.writes() == 0


def test_a_decision_of_a_policy_can_be_taken_back(company: Company) -> None:
    company.edit_ninja("Client 1", phone="from ninja")
    company.edit_planado("Client 1", contacts=NEW_PHONE)
    company.cycle(ConflictPolicy.REMOTE)
    company.cycle()
    overwritten = company.store.list_conflicts(company.here.id, ConflictState.OVERWRITTEN)
    [conflict] = [one for one in overwritten if one.group == "phone"]
    loser = Side.HERE if conflict.winner == "there" else Side.THERE
    lost = "from ninja" if "from ninja" in chosen_value(conflict, loser) else "from planado"

    settle_conflict(company.store, company.here, PLANADO, conflict, loser)
    company.cycle()
    company.cycle()

    assert [client.phone for client in company.sides("Client 1")] == [lost] * 3


@pytest.mark.parametrize("winner", [Side.HERE, Side.THERE])
def test_a_person_decides_between_a_deletion_and_an_edit(company: Company, winner: Side) -> None:
    company.delete_in(company.ninja, "Client 1")
    company.edit_planado("Client 1", site_address={"formatted": "1 New Street"})
    company.ninja.pull(company.here)
    company.planado.push(company.here)
    [conflict] = [one for one in company.conflicts() if one.group == "is_deleted"]

    settle_conflict(company.store, company.here, PLANADO, conflict, winner)
    company.planado.pull(company.here, is_whole=True)
    company.planado.push(company.here, may_delete=True)

    assert ("Client 1" in names_in(company.planado)) is (winner is Side.THERE)
    if winner is Side.THERE:
        planado, here = company.sides("Client 1")[1:]
        assert (planado.service_text, here.service_text) == ("1 New Street", "1 New Street")
        assert not here.is_deleted
    assert company.conflicts() == []


# Deletions


def test_a_client_deleted_in_ninja_is_deleted_in_planado_though_it_was_read_meanwhile(
    company: Company,
) -> None:
    company.delete_in(company.ninja, "Client 1")
    company.ninja.pull(company.here)
    company.planado.pull(company.here, is_whole=True)

    told = company.planado.push(company.here)
    again = company.planado.push(company.here)
    done = company.planado.push(company.here, may_delete=True)

    assert [fates(one.counts)["left"] for one in (told, again)] == [1, 1]
    assert fates(done.counts)["deleted"] == 1
    assert "Client 1" not in names_in(company.planado)


def test_a_deletion_never_wins_over_an_edit(company: Company) -> None:
    company.delete_in(company.ninja, "Client 1")
    company.edit_planado("Client 1", site_address={"formatted": "1 New Street"})
    company.ninja.pull(company.here)

    done = company.planado.push(company.here, may_delete=True)

    assert fates(done.counts)["conflict"] == 1
    [line] = lines(company.store, done.run, "conflict")
    assert "is_deleted" in line.field
    assert "Client 1" in names_in(company.planado)
    assert [one.group for one in company.conflicts()][:1] == ["is_deleted"]


def test_a_client_deleted_here_stays_deleted_when_it_is_read_again(company: Company) -> None:
    serial = company.sides("Client 2")[2].serial
    company.store.set_client_state(company.here.id, serial, State.DELETED)

    company.cycle(may_delete=True)

    assert "Client 2" not in names_in(company.ninja) | names_in(company.planado)


# Identity


def test_a_client_born_in_planado_has_the_hash_and_the_keys_of_ninja(company: Company) -> None:
    contacts = [{"name": "Bo Li", "value": "bo@example.com", "type": "email"}]
    company.planado.speaker.created(organization=True, organization_name="Born", contacts=contacts)

    company.cycle()

    ninja, _planado, here = company.sides("Born")
    assert here.client_hash == ninja.client_hash
    assert {c.contact_key for c in here.contacts} == {c.contact_key for c in ninja.contacts}
    company.writes()
    company.cycle()
    assert company.writes() == 0


def test_a_new_store_of_the_same_services_doubles_nobody(
    company: Company, new_account: Callable[[], Account]
) -> None:
    second = company._replace(here=new_account())
    company.writes()

    second.cycle()

    assert len(all_of(second.store, second.here)) == len(company.planado.clients) == 5
    assert second.writes() == 0
    assert second.conflicts() == []


@pytest.mark.parametrize("first", ["ninja", "planado"])
def test_a_new_store_knows_also_those_that_were_renamed_meanwhile(
    company: Company, new_account: Callable[[], Account], first: str
) -> None:
    company.edit_planado("Client 1", organization_name="Renamed in Planado", contacts=NEW_PHONE)
    renamed = {"name": "Renamed in Ninja", "phone": "9", "contacts": []}
    company.ninja.put(client_of(company.ninja, "Client 2").serial, renamed)
    second = new_account()
    services = [company.ninja, company.planado]

    for service in services if first == "ninja" else services[::-1]:
        service.pull(second)

    assert len(all_of(company.store, second)) == 5
    for service in services:
        assert len(company.store.scan_links(second.id, service.source)) == 5


def test_a_provisional_id_is_no_witness_in_another_store(
    company: Company, new_account: Callable[[], Account]
) -> None:
    store, second = company.store, new_account()
    for service in (company.ninja, company.planado):
        service.pull(second)
    mine, theirs = (
        store.create_client(account.id, CreateClient(organization_name=name))
        for account, name in ((company.here, "Mine"), (second, "Theirs"))
    )
    assert mine.serial == theirs.serial
    company.planado.push(company.here)

    company.planado.pull(second)

    names = {client.name for client in all_of(store, second)}
    assert {"Mine", "Theirs"} <= names


@pytest.mark.parametrize("key", ["ninja-VolejRejNm", "ninja-zzzzz-VolejRejNm"])
def test_a_key_without_our_tag_needs_another_witness(
    store: Store, here: Account, planado_there: There, key: str
) -> None:
    brought(store, here, ImportClient(serial=1, organization_name="Ours", phone="1"))
    for name in ("Theirs", "Ours"):
        planado_there.speaker.created(organization=True, organization_name=name, external_id=key)
        planado_there.pull(here, is_whole=True)
        store.purge_client(planado_there.account.id, client_of(planado_there, name).serial)

    assert {client.name for client in all_of(store, here)} == {"Ours", "Theirs"}
    assert len(all_of(store, here)) == 2


def test_a_client_of_another_company_under_an_old_key_of_ours_is_not_touched(
    store: Store, here: Account, planado_there: There
) -> None:
    brought(store, here, ImportClient(serial=1, organization_name="Ours", phone="1"))
    line = {"name": None, "value": "2", "type": "phone"}
    planado_there.speaker.created(
        organization=True,
        organization_name="Theirs",
        contacts=[line],
        external_id="ninja-VolejRejNm",
    )

    planado_there.push(here, policy=ConflictPolicy.LOCAL, is_without_match=True)
    planado_there.pull(here)

    phones = {client.name: client.phone for client in planado_there.clients}
    assert phones == {"Theirs": "2", "Ours": "1"}
    assert {client.name for client in all_of(store, here)} == {"Ours", "Theirs"}


def test_strangers_with_one_number_stay_two(
    store: Store, here: Account, ninja_there: There
) -> None:
    brought(store, here, ImportClient(organization_name="Ours", number="0001", phone="1"))
    brought(
        store,
        ninja_there.account,
        ImportClient(organization_name="Theirs", number="0001", phone="2"),
    )

    ninja_there.push(here, policy=ConflictPolicy.NEWEST, is_without_match=True)

    theirs = client_of(ninja_there, "Theirs")
    assert (theirs.number, theirs.phone) == ("0001", "2")


def test_a_number_that_is_anothers_here_goes_back_as_it_came(
    store: Store, here: Account, ninja_there: There, planado_there: There
) -> None:
    company = Company(store, here, ninja_there, planado_there)
    planado_there.speaker.created(organization=True, organization_name="From Planado")
    planado_there.pull(here)
    brought(store, ninja_there.account, ImportClient(organization_name="Acme", number="0001"))
    ninja_there.clock.tick(minutes=10)
    ninja_there.pull(here)
    planado_there.push(here, is_without_match=True)
    assert company.sides("Acme")[2].number == "P-0001"

    company.edit_planado("Acme", site_address={"formatted": "1 New Street"})
    company.cycle()

    ninja, _planado, ours = company.sides("Acme")
    assert (ninja.number, ours.number) == ("0001", "P-0001")
    assert ninja.shipping_address1 == "1 New Street"


def test_a_service_that_is_taken_for_another_one_doubles_nobody(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(all_of(company.store, company.here))
    company.writes()
    monkeypatch.setattr(There, "source", property(lambda there: f"{there.dialect.name} new"))
    for service in (company.ninja, company.planado):
        command = CreateService(dialect=service.dialect.name, url="http://new", name="new")
        made = company.store.create_service(company.here.id, command)
        company.store.rename_service(company.here.id, made.source, f"new-{service.dialect.name}")

    company.cycle()

    assert len(all_of(company.store, company.here)) == before
    assert company.writes() == 0


def test_what_has_no_country_and_no_currency_gets_none_on_its_way(
    store: Store, here: Account, ninja_there: There, planado_there: There
) -> None:
    contact = (ADA,)
    brought(
        store,
        ninja_there.account,
        ImportClient(
            organization_name="Old",
            address1="Street 1",
            city="Berlin",
            country_id=None,
            settings='{"language_id":"5"}',
            contacts=contact,
        ),
    )
    company = Company(store, here, ninja_there, planado_there)

    company.cycle()
    company.edit_planado("Old", contacts=[{"name": "Eve", "value": "e@x.org", "type": "email"}])
    company.cycle()

    ninja, planado, ours = company.sides("Old")
    assert ours.country_id is None
    assert ours.settings == '{"language_id":"5"}'
    assert "United States" not in planado.service_text
    assert ninja.country_id is None


def test_a_push_killed_before_its_link_was_kept_doubles_nobody_and_archives(
    store: Store, here: Account, ninja_there: There
) -> None:
    brought(store, here, *(ImportClient(organization_name=f"C {n}") for n in range(3)))
    for serial in (1, 2):
        store.set_client_state(here.id, serial, State.ARCHIVED)
    for n in range(2, 16, 2):
        ninja_there.faulty.plan(after(killed), nth(n))

    for _ in range(8):
        with suppress(Killed):
            ninja_there.push(here)
    ninja_there.faulty.plans.clear()
    ninja_there.push(here)

    assert sorted(client.name for client in ninja_there.clients) == ["C 0", "C 1", "C 2"]
    archived = {client.name for client in ninja_there.clients if client.archived_at}
    assert archived == {c.name for c in all_of(store, here) if c.archived_at}
    assert fates(ninja_there.push(here).counts) == {"unchanged": 3}


class Killed(Exception):
    """Raised as if the process had been killed."""


def killed() -> None:
    raise Killed


def test_a_merge_in_ninja_is_a_merge_here_and_in_planado(
    store: Store, here: Account, ninja_there: There, planado_there: There
) -> None:
    bo = ImportContact(first_name="Bo", email="bo@example.com", is_primary=True)
    brought(
        store,
        ninja_there.account,
        ImportClient(organization_name="Winner", contacts=(ADA,)),
        ImportClient(organization_name="Loser", contacts=(bo,)),
    )
    company = Company(store, here, ninja_there, planado_there)
    company.cycle()
    winner, loser = (client_of(ninja_there, name) for name in ("Winner", "Loser"))
    key = loser.contacts[0].contact_key
    ninja_there.clock.tick(hours=1)
    store.merge_clients(ninja_there.account.id, winner.serial, loser.serial)

    ninja_there.pull(here, is_whole=True)
    company.cycle(may_delete=True)

    ours = {c.name: c for c in all_of(store, here)}
    assert list(ours) == ["Winner"]
    assert key in {contact.contact_key for contact in ours["Winner"].contacts}
    assert names_in(planado_there) == {"Winner"}
    assert {c.email for c in client_of(planado_there, "Winner").contacts} == {
        "ada@example.com",
        "bo@example.com",
    }
