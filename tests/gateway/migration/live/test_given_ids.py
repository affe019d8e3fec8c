"""Clients that are born here have provisional ids, until an Invoice Ninja gives them its own."""

import json
from collections.abc import Callable

import pytest
from msgspec import structs

from dialects.ninja import DIALECT as NINJA
from gateway.migration.live.match import apply_decisions, find_probable_matches
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, ImportClient, draft_of_contact
from storage.model.queries import ClientQuery
from storage.model.records import Client, State
from storage.store import Store
from tests.gateway.migration.live.test_match import decided
from tests.gateway.migration.live.test_two_services import Company, client_of
from tests.gateway.migration.remote_stand_ins import There, all_of, brought, quiet


@pytest.fixture
def company(store: Store, here: Account, ninja_there: There, planado_there: There) -> Company:
    """A company with a client from Ninja, so that Ninja gives the ids from now on."""
    brought(store, ninja_there.account, ImportClient(organization_name="Old"))
    company = Company(store, here, ninja_there, planado_there)
    company.cycle()
    return company


def only(store: Store, account: Account, name: str) -> Client:
    [client] = [client for client in all_of(store, account) if client.name == name]
    return client


def numbered(number: str) -> Callable[[Client], ChangeClient]:
    return lambda _client: ChangeClient(number=number)


def test_s9_clients_born_in_both_meanwhile_have_the_ids_of_ninja(company: Company) -> None:
    company.planado.speaker.created(organization=True, organization_name="Born in Planado")
    company.ninja.speaker.created(name="Born in Ninja")
    for _ in range(2):
        company.cycle()

    for name in ("Born in Ninja", "Born in Planado"):
        there, _, ours = company.sides(name)
        assert NINJA.codec.id_of(ours, company.here) == company.ninja.id_of(there.serial)
        assert ours.number == there.number
        assert [c.serial for c in ours.contacts] == [c.serial for c in there.contacts]
    company.writes()
    company.cycle()
    assert company.writes() == 0


def test_a_client_is_found_by_the_id_that_it_had_before_ninja_gave_it_one(
    company: Company,
) -> None:
    store, here = company.store, company.here
    company.planado.speaker.created(organization=True, organization_name="Born")
    company.planado.pull(here)
    before = only(store, here, "Born")
    company.cycle()

    after_push = store.get_client(here.id, before.serial)
    assert after_push.serial == client_of(company.ninja, "Born").serial != before.serial
    assert after_push.uuid == before.uuid
    assert store.list_clients(here.id, ClientQuery(serials=(before.serial,))).total == 1
    store.set_client_states(here.id, [before.serial], State.ARCHIVED)
    assert only(store, here, "Born").archived_at is not None
    store.purge_client(here.id, before.serial)
    assert "Born" not in {client.name for client in all_of(store, here)}


def test_an_edit_by_the_former_ids_of_contacts_keeps_the_contacts(company: Company) -> None:
    store, here = company.store, company.here
    contacts = [{"name": "Bo Li", "value": "bo@example.com", "type": "email"}]
    company.planado.speaker.created(organization=True, organization_name="Born", contacts=contacts)
    company.planado.pull(here)
    before = only(store, here, "Born")
    company.cycle()
    known = only(store, here, "Born").contacts
    assert known[0].serial != before.contacts[0].serial

    drafts = tuple(
        structs.replace(draft_of_contact(contact), phone="12") for contact in before.contacts
    )
    store.change_client(here.id, before.serial, lambda _record: ChangeClient(contacts=drafts))

    [contact] = only(store, here, "Born").contacts
    assert (contact.serial, contact.contact_key) == (known[0].serial, known[0].contact_key)
    assert contact.phone == "12"
    company.cycle()
    assert [c.phone for c in client_of(company.ninja, "Born").contacts] == ["12"]


def test_a_client_that_gets_its_id_in_a_push_is_counted_once(company: Company) -> None:
    for name in ("Born", "Later"):
        company.planado.speaker.created(organization=True, organization_name=name)
    company.planado.pull(company.here)

    counts = company.ninja.push(company.here).counts

    assert {name: counts[name] for name in ("read", "created", "unchanged")} == {
        "read": 3,
        "created": 2,
        "unchanged": 1,
    }


def test_a_number_that_only_the_gateway_gave_is_not_sent(company: Company) -> None:
    store, here = company.store, company.here
    company.ninja.speaker.created(name="Four digits", number="0999")
    company.planado.speaker.created(organization=True, organization_name="Born")
    company.planado.pull(here)
    assert only(store, here, "Born").number == "P-0001"
    company.writes()

    company.cycle()

    [creation] = [r for r in company.ninja.faulty.writes if r.method == "POST"]
    assert "number" not in json.loads(creation.content)
    there, _, ours = company.sides("Born")
    assert ours.number == there.number != "P-0001"


def test_a_number_that_a_person_gave_is_sent(company: Company) -> None:
    store, here = company.store, company.here
    company.planado.speaker.created(organization=True, organization_name="Born")
    company.planado.pull(here)
    store.change_client(here.id, only(store, here, "Born").serial, numbered("K-100"))

    company.cycle()

    there, _, ours = company.sides("Born")
    assert (there.number, ours.number) == ("K-100", "K-100")


def test_a_link_to_a_known_client_of_ninja_brings_its_ids_here(company: Company) -> None:
    """Both sides had the client before, and a person has said so."""
    here = company.here
    company.planado.speaker.created(organization=True, organization_name="Same")
    company.planado.pull(here)
    company.ninja.speaker.created(name="Same")
    sides = company.ninja.sides(here)
    [match] = find_probable_matches(sides, company.ninja.service, quiet)
    assert apply_decisions(sides, decided([match], "Same")) == 1

    company.cycle()

    there, _, ours = company.sides("Same")
    assert (ours.serial, ours.number) == (there.serial, there.number)
