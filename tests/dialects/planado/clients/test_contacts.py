"""Contacts through both APIs: a list reads back as it was sent, and contacts keep hidden values."""

import pytest

from storage.model.commands import ContactDraft, CreateClient
from tests.dialects.planado.builders import email, phone

PEOPLE = [
    {
        "first_name": "Pedro",
        "last_name": "Paz",
        "email": "p@x.io",
        "phone": "11",
        "custom_value1": "one",
        "password": "Abcdefg1",
    },
    {"first_name": "Maria", "phone": "22", "custom_value2": "two", "send_email": False},
    {"first_name": "Bob", "custom_value3": "three"},
]
OWN = phone(None, "00")
PEDRO = [email("Pedro Paz", "p@x.io"), phone("Pedro Paz", "11")]
MARIA = [phone("Maria", "22")]
ALL = [OWN, *PEDRO, *MARIA]
SHOWN_HERE = {"first_name", "last_name", "email", "phone", "updated_at"}


@pytest.fixture
def both(planado, ninja):
    """Create a client through Ninja and return its id and its Planado uuid."""
    made = ninja.created(name="ACME", phone="00", contacts=PEOPLE)
    return made["id"], planado.listed()[0]["uuid"]


def by_id(client):
    return {contact["id"]: contact for contact in client["contacts"]}


def hidden(contact):
    return {key: value for key, value in contact.items() if key not in SHOWN_HERE}


def test_everybody_s_values_are_shown_and_nobody_without_any(planado, both):
    _, uuid = both

    assert planado.shown(uuid)["contacts"] == ALL


GIVEN = [
    ALL[::-1],
    [phone(None, "01"), *PEDRO, *MARIA],
    [*PEDRO, *MARIA],
    [],
    [OWN],
    [*ALL, phone("Bob", "33")],
    [*ALL, email("Maria", "m@x.io"), phone("Maria", "23")],
    [email("Pablo", "p@x.io"), phone("Pablo", "11")],
    [email("Pedro Paz", "p@x.io"), phone("Ana", "11"), phone("Maria", "00")],
    [phone("Maria", "11"), phone("Pedro Paz", "22"), phone(None, "22")],
    [phone(None, "11"), phone(None, "22"), phone(None, "00"), email(None, "p@x.io")],
    [phone("Pedro Paz", "11")] * 3,
    [email(None, "a"), email(None, "a"), phone("a", "a"), email("a", "a")],
]


@pytest.mark.parametrize("given", GIVEN)
def test_a_given_list_reads_back_as_sent(planado, both, given):
    _, uuid = both

    shown = planado.patched(uuid, {"contacts": given})

    assert shown["contacts"] == given
    assert shown["version"] == 2


@pytest.mark.parametrize("given", GIVEN)
def test_the_same_list_again_is_no_change(planado, both, given):
    _, uuid = both
    before = planado.patched(uuid, {"contacts": given})

    assert planado.patched(uuid, {"contacts": given}) == before


@pytest.mark.parametrize("given", GIVEN)
def test_there_is_always_exactly_one_primary_contact(planado, ninja, both, given):
    client_id, uuid = both

    planado.patch(uuid, {"contacts": given})

    contacts = ninja.shown(client_id)["contacts"]
    assert [c["is_primary"] for c in contacts] == [True] + [False] * (len(contacts) - 1)


@pytest.mark.parametrize("given", GIVEN)
def test_whoever_stays_keeps_all_that_is_not_shown_here(planado, ninja, both, given):
    client_id, uuid = both
    before = by_id(ninja.shown(client_id))

    planado.patch(uuid, {"contacts": given})

    after = by_id(ninja.shown(client_id))
    stayed = before.keys() & after.keys()
    assert len(stayed) >= 2
    assert {key: hidden(after[key]) for key in stayed} == {
        key: hidden(before[key]) for key in stayed
    }


def test_an_echo_changes_nothing_there(planado, ninja, both):
    client_id, uuid = both
    before = ninja.shown(client_id)

    planado.patch(uuid, {"contacts": ALL})

    assert ninja.shown(client_id) == before


def test_a_changed_number_changes_nobody_else(planado, ninja, both):
    client_id, uuid = both
    before = ninja.shown(client_id)["contacts"]

    planado.patch(uuid, {"contacts": [OWN, *PEDRO, phone("Maria", "23")]})

    pedro, maria, bob = ninja.shown(client_id)["contacts"]
    assert [pedro, bob] == [before[0], before[2]]
    assert maria == before[1] | {"phone": "23", "updated_at": maria["updated_at"]}


def test_a_renamed_contact_is_the_same_person(planado, ninja, both):
    client_id, uuid = both
    before = ninja.shown(client_id)["contacts"]

    planado.patch(
        uuid, {"contacts": [OWN, email("Pia van Dyck", "p@x.io"), phone("Pia van Dyck", "11")]}
    )

    pia = ninja.shown(client_id)["contacts"][0]
    names = {"first_name": "Pia", "last_name": "van Dyck", "updated_at": pia["updated_at"]}
    assert pia == before[0] | names


def test_a_value_under_another_name_leaves_its_person(planado, ninja, both):
    client_id, uuid = both

    planado.patch(uuid, {"contacts": [OWN, PEDRO[0], phone("Ana", "11"), *MARIA]})

    contacts = ninja.shown(client_id)["contacts"]
    assert [(c["first_name"], c["email"], c["phone"]) for c in contacts] == [
        ("Pedro", "p@x.io", ""),
        ("Maria", "", "22"),
        ("Bob", "", ""),
        ("Ana", "", "11"),
    ]
    assert contacts[3]["custom_value1"] == contacts[3]["password"] == ""


def test_who_lost_the_last_value_is_gone_there_but_the_primary_stays_empty(planado, ninja, both):
    client_id, uuid = both
    before = ninja.shown(client_id)["contacts"]

    planado.patch(uuid, {"contacts": []})

    first, bob = ninja.shown(client_id)["contacts"]
    assert bob == before[2]
    assert [first[key] for key in ("first_name", "last_name", "email", "phone")] == [""] * 4
    assert hidden(first) == hidden(before[0])


def test_who_was_never_shown_is_untouched(planado, ninja, both):
    client_id, uuid = both
    bob = ninja.shown(client_id)["contacts"][2]

    planado.patch(uuid, {"contacts": [phone("Eva", "9")]})

    assert bob in ninja.shown(client_id)["contacts"]


def test_the_client_s_own_phone_is_the_nameless_one(planado, ninja, both):
    client_id, uuid = both

    planado.patch(uuid, {"contacts": [phone(None, "01"), *PEDRO, *MARIA]})
    changed = ninja.shown(client_id)["phone"]
    planado.patch(uuid, {"contacts": [*PEDRO, *MARIA]})

    assert (changed, ninja.shown(client_id)["phone"]) == ("01", "")


def test_a_new_client_s_blank_contact_is_filled_by_the_first_name(planado, ninja):
    uuid = planado.created(organization=True, organization_name="A", contacts=[OWN])
    (before,) = ninja.listed()

    planado.patch(uuid, {"contacts": [OWN, phone("Ana Lee", "1"), email("Ana Lee", "a@x.io")]})

    (after,) = ninja.shown(before["id"])["contacts"]
    assert after["id"] == before["contacts"][0]["id"]
    assert (after["first_name"], after["last_name"], after["email"]) == ("Ana", "Lee", "a@x.io")


def test_names_are_compared_and_shown_without_superfluous_blanks(planado):
    given = [phone("  Ana   Lee ", "1"), phone("   ", "2"), email("", "a@x.io")]
    uuid = planado.created(organization=True, organization_name="A", contacts=given)

    shown = planado.shown(uuid)["contacts"]

    assert shown == [phone("Ana Lee", "1"), phone(None, "2"), email(None, "a@x.io")]
    assert planado.patched(uuid, {"contacts": given})["version"] == 1


def test_a_value_from_the_other_api_comes_last_and_the_others_keep_their_places(
    planado, ninja, both
):
    client_id, uuid = both
    planado.patch(uuid, {"contacts": ALL[::-1]})
    pedro, maria, bob = ninja.shown(client_id)["contacts"]

    ninja.put(client_id, {"contacts": [pedro, maria, bob | {"phone": "33"}]})

    assert planado.shown(uuid)["contacts"] == [*ALL[::-1], phone("Bob", "33")]


def test_more_than_a_hundred_that_are_shown_may_be_sent_back(planado, store, account):
    drafts = tuple(ContactDraft(first_name=f"n{n}", phone=str(n)) for n in range(101))
    client = store.create_client(account.id, CreateClient(organization_name="A", contacts=drafts))
    shown = planado.shown(str(client.uuid))

    assert len(shown["contacts"]) == 101
    assert planado.patched(str(client.uuid), {"contacts": shown["contacts"]}) == shown
