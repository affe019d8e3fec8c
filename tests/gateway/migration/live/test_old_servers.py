"""Invoice Ninja of an older version, which does not show some fields, and its upgrade."""

from collections.abc import Callable

import pytest

from gateway.migration.live.check import CheckResult
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.store import Store
from tests.gateway.migration.conftest import OpenAge
from tests.gateway.migration.remote_stand_ins import all_of, brought, fates, lines, one_engine

Edit = Callable[..., None]
pytestmark = one_engine
NEW_FIELDS = {
    "classification": "company",
    "routing_id": "DE1",
    "is_tax_exempt": True,
    "has_valid_vat_number": True,
}


def test_fields_that_an_old_server_lacks_are_kept_here_and_told_after_its_upgrade(
    store: Store, here: Account, open_age: OpenAge, edit: Edit
) -> None:
    brought(store, here, ImportClient(organization_name="Acme", **NEW_FIELDS))
    old = open_age("5.3.100")
    pushed = old.push(here)

    [checked] = old.check(here)
    edit(here, 1, city="Vic")
    old.push(here)
    old.clock.tick(minutes=10)
    old.pull(here, is_whole=True)
    upgraded = open_age("5.10.17", before=old)
    upgraded.clock.tick(minutes=10)
    upgraded.pull(here, is_whole=True)
    upgraded.push(here)

    [client], [there] = all_of(store, here), upgraded.clients
    for name, value in NEW_FIELDS.items():
        assert getattr(client, name) == value, f"{name} was erased here"
        assert getattr(there, name) == value, f"{name} was not told"
    assert there.city == "Vic"
    assert checked.result is CheckResult.SAME
    assert set(checked.hidden) == NEW_FIELDS.keys()
    told = {line.field: line.text for line in lines(store, pushed.run, "lost")}
    assert told == dict.fromkeys(NEW_FIELDS, "is not shown there")
    assert store.list_conflicts(here.id) == ()


def test_each_push_of_a_client_names_what_an_old_server_does_not_show(
    store: Store, here: Account, open_age: OpenAge, edit: Edit
) -> None:
    brought(store, here, ImportClient(organization_name="Acme", classification="company"))
    old = open_age("5.5.124")
    old.push(here)
    edit(here, 1, city="Vic")

    pushed = old.push(here)

    assert [line.field for line in lines(store, pushed.run, "lost")] == ["classification"]


def test_nothing_empty_counts_as_not_shown(store: Store, here: Account, open_age: OpenAge) -> None:
    brought(store, here, ImportClient(organization_name="Acme"))
    old = open_age("5.3.100")

    pushed = old.push(here)

    assert lines(store, pushed.run, "lost") == []
    assert [one.hidden for one in old.check(here)] == [()]


def test_json_of_a_client_is_not_emptied_here_when_an_upgraded_server_shows_the_field(
    store: Store, here: Account, open_age: OpenAge
) -> None:
    extras = {"ninja": '{"tax_info":{"a":[1]},"e_invoice":{"b":2},"gateway_tokens":[]}'}
    brought(store, here, ImportClient(organization_name="Acme", extras=extras))
    old = open_age("5.5.124")
    old.push(here)
    upgraded = open_age("5.10.17", before=old)
    before = all_of(store, here)
    upgraded.clock.tick(minutes=10)

    upgraded.pull(here, is_whole=True)
    upgraded.push(here)
    upgraded.pull(here, is_whole=True)

    assert all_of(store, here) == before


def test_mail_that_an_old_server_turns_on_stays_off_here(
    store: Store, here: Account, open_age: OpenAge, edit: Edit
) -> None:
    people = [ImportContact(first_name=name, send_email=name != "Bo") for name in ("Ada", "Bo")]
    brought(store, here, ImportClient(contacts=tuple(people)))
    old = open_age("5.3.13")

    refused = old.push(here)
    accepted = old.push(here, is_mail_accepted=True)
    edit(here, 1, city="Vic")
    old.push(here, is_mail_accepted=True)
    old.clock.tick(minutes=10)
    old.pull(here, is_whole=True)
    upgraded = open_age("5.10.17", before=old)
    upgraded.pull(here, is_whole=True)

    assert fates(refused.counts) == {"refused": 1}
    assert fates(accepted.counts) == {"created": 1}
    [told] = lines(store, accepted.run, "lost")
    assert (told.field, told.text) == ("contacts[1].send_email", "is not kept there")
    assert [c.send_email for c in all_of(store, here)[0].contacts] == [True, False]


def test_what_is_entered_in_the_upgraded_server_is_taken(
    store: Store, here: Account, open_age: OpenAge
) -> None:
    brought(store, here, ImportClient(organization_name="Acme"))
    old = open_age("5.3.100")
    old.push(here)
    upgraded = open_age("5.10.17", before=old)
    upgraded.clock.tick(minutes=10)
    upgraded.put(upgraded.clients[0].serial, {"routing_id": "DE2"})

    done = upgraded.pull(here)

    assert all_of(store, here)[0].routing_id == "DE2"
    assert fates(done.importer.counts) == {"changed": 1}


@pytest.mark.parametrize("version", ["5.3.100", "5.5.124", "5.10.17"])
def test_edits_reach_a_server_of_any_age_and_a_second_round_writes_nothing(
    store: Store,
    here: Account,
    open_age: OpenAge,
    edit: Edit,
    version: str,
) -> None:
    brought(store, here, *(ImportClient(organization_name=f"C {n}") for n in range(3)))
    service = open_age(version)
    service.push(here)
    edit(here, 2, phone="22")

    done = service.push(here)
    service.clock.tick(minutes=10)
    pulled = service.pull(here, is_whole=True)

    assert fates(done.counts) == {"changed": 1, "unchanged": 2}
    assert fates(pulled.importer.counts) == {"unchanged": 3}
    assert {one.result for one in service.check(here)} == {CheckResult.SAME}
    assert lines(store, pulled.run) == []
    assert fates(service.push(here).counts) == {"unchanged": 3}
