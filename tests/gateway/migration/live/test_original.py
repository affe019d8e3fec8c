"""Pull, push and check with a service that prints, orders and cuts as the original does.

Nothing of that is an edit: no client counts as different, and none is written for it.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from gateway.migration.live.check import CheckedClient, CheckResult
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.records import Client, State
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    There,
    all_of,
    brought,
    fates,
    lines,
    one_engine,
)
from tests.support.original_ninja import OriginalNinja

Edit = Callable[..., None]
LONG = "n" * 240
pytestmark = one_engine


def people(number: int) -> tuple[ImportContact, ...]:
    return tuple(
        ImportContact(
            first_name="Ada", last_name=f"No {n}", email=f"a{n}@example.com", phone=f"{n}"
        )
        for n in range(number)
    )


VARIED = {
    "one contact": {"contacts": people(1)},
    "many contacts": {"contacts": people(6)},
    "no contact": {},
    "no name": {"organization_name": "", "contacts": people(3)},
    "nothing": {"organization_name": ""},
    "typed settings": {
        "settings": '{"currency_id":"3","payment_terms":"30","send_reminders":true}'
    },
    "empty settings": {"settings": '{"industry_id":"","size_id":null,"currency_id":"1"}'},
    "other notations": {"settings": '{"currency_id":3,"payment_terms":30,"send_reminders":"1"}'},
    "no currency": {"settings": '{"language_id":"5"}'},
    "slashes": {"website": "https://example.com/a/b", "private_notes": "Größe\n日本 😀 </p>"},
    "tax": {"extras": {"ninja": '{"tax_info":{"a":[1,2]},"e_invoice":{},"gateway_tokens":[]}'}},
    "money": {"balance": Decimal("12.345678"), "paid_to_date": Decimal(10)},
}
"""Clients of the service, by what is particular of them."""


def varied_clients(varied: dict[str, Any] = VARIED) -> list[ImportClient]:
    return [ImportClient(**{"organization_name": name} | fields) for name, fields in varied.items()]


@pytest.fixture
def there(store: Store, ninja_there: There) -> There:
    """An Invoice Ninja with varied clients, one of them archived and one deleted."""
    brought(store, ninja_there.account, *varied_clients())
    for name, state in (("one contact", State.ARCHIVED), ("money", State.DELETED)):
        serial = serial_of(store, ninja_there.account, name)
        store.set_client_state(ninja_there.account.id, serial, state)
    ninja_there.clock.tick(minutes=10)  # more than a later pull looks back
    return ninja_there


def different(findings: list[CheckedClient]) -> list[CheckedClient]:
    return [one for one in findings if one.result is not CheckResult.SAME]


def serial_of(store: Store, account: Account, name: str) -> int:
    [client] = [client for client in all_of(store, account) if client.name == name]
    return client.serial


# What was pulled


def test_what_was_pulled_is_the_same_however_often_it_is_looked_at(here: Account, there: There):
    done = there.pull(here)

    assert fates(done.importer.counts) == {"created": len(VARIED)}
    assert lines(there.store, done.run) == []
    assert [different(there.check(here)) for _ in range(4)] == [[]] * 4


def test_a_second_full_pull_changes_nothing(store: Store, here: Account, there: There):
    there.pull(here)
    before = all_of(store, here)

    again = [there.pull(here, is_whole=True) for _ in range(3)]

    assert [fates(one.importer.counts) for one in again] == [{"unchanged": len(VARIED)}] * 3
    assert all_of(store, here) == before


def test_two_pulls_make_the_same_clients_whatever_the_order_of_their_contacts(
    store: Store, here: Account, there: There, new_account: Callable[[], Account]
):
    second = new_account()

    there.pull(here)
    there.pull(second)

    assert told_to_planado(store, here) == told_to_planado(store, second)


def told_to_planado(store: Store, account: Account) -> list[list[tuple[Any, ...]]]:
    """Return the contacts of all clients with the places of their phones and e-mails."""
    return [
        [(c.serial, c.last_name, c.email_rank, c.phone_rank) for c in client.contacts]
        for client in all_of(store, account)
    ]


def test_an_edit_here_is_kept_though_the_contacts_come_in_another_order(
    store: Store, here: Account, there: There, edit: Edit
):
    there.pull(here)
    edit(here, serial_of(store, here, "many contacts"), city="Vic")

    done = there.pull(here, is_whole=True)

    assert fates(done.importer.counts) == {"unchanged": len(VARIED) - 1, "kept": 1}
    [line] = lines(store, done.run)
    assert (line.kind, line.field) == ("kept", "city")


def test_a_client_that_was_saved_there_as_it_was_is_unchanged_here(
    store: Store, here: Account, there: There
):
    there.pull(here)
    serial = serial_of(store, there.account, "many contacts")
    shown = there.speaker.shown(there.id_of(serial))
    there.clock.tick(hours=1)
    there.put(serial, shown)

    done = there.pull(here)

    assert fates(done.importer.counts) == {"unchanged": 1}
    assert different(there.check(here)) == []


def test_a_client_that_was_pulled_half_made_is_whole_after_the_next_pull(
    store: Store, here: Account, there: There, original: OriginalNinja
):
    made = there.speaker.created(
        name="Half", contacts=[{"first_name": "Ada"}, {"email": "b@x.org"}]
    )
    with original.half_made(made["id"]):
        there.pull(here)

    done = there.pull(here)

    assert fates(done.importer.counts)["changed"] == 1
    client = store.get_client(here.id, serial_of(store, here, "Half"))
    assert (client.number, len(client.contacts)) == (made["number"], 2)
    assert different(there.check(here)) == []


# What was pushed


def test_what_was_pushed_is_the_same_and_stays_it(store: Store, here: Account, ninja_there: There):
    sendable = {name: fields for name, fields in VARIED.items() if name not in {"money", "tax"}}
    brought(store, here, *varied_clients(sendable))
    number = len(sendable)

    pushed = ninja_there.push(here)
    before = all_of(store, here)

    assert fates(pushed.counts) == {"created": number}
    assert [different(ninja_there.check(here)) for _ in range(3)] == [[]] * 3
    assert fates(ninja_there.push(here).counts) == {"unchanged": number}
    ninja_there.pull(here)
    assert all_of(store, here) == before


def test_an_edit_of_what_was_pulled_is_pushed_back(
    store: Store, here: Account, there: There, edit: Edit
):
    there.pull(here)
    for client in all_of(store, here):
        if not client.is_deleted:
            edit(here, client.serial, city="Vic")

    done = there.push(here)

    assert fates(done.counts) == {"changed": len(VARIED) - 1, "unchanged": 1}
    assert {client.city for client in there.clients if not client.is_deleted} == {"Vic"}
    assert different(there.check(here)) == []


def test_a_client_that_was_saved_there_as_it_was_is_no_conflict(
    store: Store, here: Account, there: There, edit: Edit
):
    there.pull(here)
    serial = serial_of(store, there.account, "many contacts")
    shown = there.speaker.shown(there.id_of(serial))
    there.clock.tick(hours=1)
    there.put(serial, shown)
    edit(here, serial_of(store, here, "many contacts"), city="Vic")

    done = there.push(here)

    assert fates(done.counts) == {"changed": 1, "unchanged": len(VARIED) - 1}


def test_a_push_gives_no_contact_the_key_of_another(
    store: Store, here: Account, ninja_there: There, edit: Edit
):
    names = ("Ada", "Bo", "Cy", "Di", "")
    family = [ImportContact(first_name=name, email="family@example.com") for name in names]
    brought(store, ninja_there.account, ImportClient(contacts=tuple(family)))
    before = contact_names(ninja_there.clients[0])
    ninja_there.pull(here)

    for city in ("Vic", "Reus", "Olot"):
        edit(here, 1, city=city)
        ninja_there.push(here)

        assert ninja_there.clients[0].city == city
        assert contact_names(ninja_there.clients[0]) == before


def contact_names(client: Client) -> dict[str, str]:
    """Return the names by the keys of the portal links that people have."""
    return {contact.contact_key: contact.first_name for contact in client.contacts}


def test_what_the_service_takes_from_no_request_is_named_and_stays_here(
    store: Store, here: Account, ninja_there: There, edit: Edit
):
    extras = {"ninja": '{"tax_info":{"a":[1]},"e_invoice":{},"gateway_tokens":[]}'}
    brought(store, here, ImportClient(balance=Decimal("12.5"), extras=extras))

    pushed = ninja_there.push(here)
    edit(here, 1, city="Vic")
    ninja_there.push(here)
    ninja_there.clock.tick(minutes=10)
    pulled = ninja_there.pull(here, is_whole=True)

    told = {line.field for line in lines(store, pushed.run, "lost")}
    assert told == {"balance", "tax_info"}
    [client] = all_of(store, here)
    assert (client.balance, client.extras) == (Decimal("12.5"), extras)
    assert fates(pulled.importer.counts) == {"unchanged": 1}


def test_an_edit_of_a_client_whose_text_was_cut_there_is_pushed(
    store: Store, here: Account, ninja_there: There, edit: Edit
):
    """The answer to a creation still shows the whole text."""
    brought(store, here, ImportClient(organization_name="n" * 240))
    ninja_there.push(here)
    edit(here, 1, city="Vic")

    assert fates(ninja_there.push(here).counts) == {"changed": 1}


def test_a_text_that_is_cut_there_is_told_and_is_no_edit(
    store: Store, here: Account, ninja_there: There
):
    ada = ImportContact(first_name=LONG, email="ada@example.com")
    brought(store, here, ImportClient(organization_name=LONG, city=LONG, contacts=(ada,)))

    pushed = ninja_there.push(here)
    [checked] = ninja_there.check(here)
    again = ninja_there.push(here)
    ninja_there.pull(here, is_whole=True)

    cut = ("name", "city", "contacts[0].first_name")
    assert tuple(line.field for line in lines(store, pushed.run, "lost")) == cut
    assert (checked.result, checked.shortened) == (CheckResult.SAME, cut)
    assert fates(again.counts) == {"unchanged": 1}
    [client] = all_of(store, here)
    assert (client.name, client.city, client.contacts[0].first_name) == (LONG, LONG, LONG)


def test_an_edit_there_of_a_text_that_was_cut_is_an_edit(
    store: Store, here: Account, ninja_there: There
):
    brought(store, here, ImportClient(organization_name="Acme", city=LONG))
    ninja_there.push(here)
    ninja_there.clock.tick(hours=1)
    ninja_there.put(ninja_there.clients[0].serial, {"city": LONG[:100]})

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"changed": 1}
    assert all_of(store, here)[0].city == LONG[:100]
