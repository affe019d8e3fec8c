"""Merges, here and in a service: one client remains everywhere, with all that only one had."""

from typing import Any

import pytest

from storage.model.accounts import Account
from storage.model.commands import CreateClient
from storage.model.records import Client
from storage.store import Store
from tests.gateway.migration.live.test_two_services import Company, client_of, names_in
from tests.gateway.migration.remote_stand_ins import There, all_of, fates, lines, one_engine
from tests.support.merged_client import LOSER

pytestmark = one_engine

VALUES = {"+49 30 1", "+49 30 2", "cy@example.com"}


@pytest.fixture
def company(store: Store, here: Account, ninja_there: There, planado_there: There) -> Company:
    """A company with two clients that Planado has given birth to, and that are everywhere."""
    planado_there.speaker.created(organization=True, organization_name="Winner")
    planado_there.speaker.created(**LOSER)
    company = Company(store, here, ninja_there, planado_there)
    for _ in range(2):
        company.cycle()
    assert names_in(ninja_there) == names_in(planado_there) == {"Winner", "Loser"}
    return company


def merge_in_ninja(company: Company) -> None:
    """Merge as the original does: only contacts with an e-mail move, and no field does."""
    ninja = company.ninja
    winner, loser = (client_of(ninja, name) for name in ("Winner", "Loser"))
    ninja.clock.tick(hours=1)
    ninja.store.merge_clients(ninja.account.id, winner.serial, loser.serial)
    shown = ninja.speaker.shown(ninja.id_of(winner.serial))
    emptied: dict[str, Any] = {name: "" for name in shown if name.startswith("shipping_")}
    emptied |= {"phone": "", "shipping_country_id": None}
    contacts = [contact for contact in shown["contacts"] if contact["email"].strip()]
    ninja.put(winner.serial, emptied | {"contacts": contacts})


def merge_here(company: Company) -> None:
    winner, loser = (ours(company, name) for name in ("Winner", "Loser"))
    company.store.merge_clients(company.here.id, winner.serial, loser.serial)


def ours(company: Company, name: str) -> Client:
    [client] = [client for client in all_of(company.store, company.here) if client.name == name]
    return client


def values_in_planado(company: Company) -> set[str]:
    shown = company.planado.speaker.shown(str(client_of(company.planado, "Winner").uuid))
    return {contact["value"] for contact in shown["contacts"]}


@pytest.mark.parametrize("merge", [merge_in_ninja, merge_here], ids=["in Ninja", "here"])
def test_s15_a_merge_of_clients_born_in_planado_loses_nothing(company: Company, merge: Any) -> None:
    before = company.planado.speaker.shown("crm-7")

    merge(company)
    company.ninja.pull(company.here, is_whole=True)
    for _ in range(2):
        company.cycle(may_delete=True)

    assert [client.name for client in all_of(company.store, company.here)] == ["Winner"]
    assert names_in(company.ninja) == names_in(company.planado) == {"Winner"}
    assert values_in_planado(company) == VALUES
    winner = company.planado.speaker.shown(str(client_of(company.planado, "Winner").uuid))
    assert winner["site_address"] == before["site_address"]
    assert ours(company, "Winner").external_id == "crm-7"
    company.writes()
    company.cycle(may_delete=True)
    assert company.writes() == 0


@pytest.mark.parametrize("merge", [merge_in_ninja, merge_here], ids=["in Ninja", "here"])
def test_s15_the_merged_client_does_not_come_back_before_it_is_deleted_there(
    company: Company, merge: Any
) -> None:
    merge(company)
    company.ninja.pull(company.here, is_whole=True)

    pulled = company.planado.pull(company.here, is_whole=True)
    pushed = company.planado.push(company.here)

    assert [client.name for client in all_of(company.store, company.here)] == ["Winner"]
    assert fates(pulled.importer.counts)["merged"] == 1
    [line] = lines(company.store, pulled.run, "merged")
    assert line.text == f"is merged into {ours(company, 'Winner').number} Winner here: " + (
        "a change of it there is not taken"
    )
    [line] = lines(company.store, pushed.run, "left")
    assert "say --delete" in line.text
    assert names_in(company.planado) == {"Winner", "Loser"}


def test_a_dry_push_deletes_no_merged_client(company: Company) -> None:
    merge_here(company)

    done = company.planado.push(company.here, may_delete=True, is_dry_run=True)

    assert fates(done.counts)["deleted"] == 1
    assert names_in(company.planado) == {"Winner", "Loser"}
    assert company.planado.push(company.here, may_delete=True).counts["deleted"] == 1
    assert names_in(company.planado) == {"Winner"}


def test_the_link_goes_to_a_client_that_has_none(
    store: Store, here: Account, planado_there: There
) -> None:
    planado_there.speaker.created(**LOSER)
    planado_there.pull(here)
    [loser] = all_of(store, here)
    own = store.create_client(here.id, CreateClient(organization_name="Winner"))

    store.merge_clients(here.id, own.serial, loser.serial)
    planado_there.push(here)

    assert names_in(planado_there) == {"Winner"}
    assert len(planado_there.clients) == 1
