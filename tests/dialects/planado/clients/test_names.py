"""Names: joined from their parts, taken from a contact if empty, and shared with the other API."""

import pytest

from storage.model.commands import CreateClient
from tests.dialects.planado.answer_checks import error_at, errors_in

PARTS = ("first_name", "last_name", "middle_name")


def parts(client):
    return tuple(client[part] for part in PARTS)


def both(planado, ninja, **fields):
    """Create a client through Ninja and return its id and its Planado uuid."""
    made = ninja.created(**fields)
    return made["id"], planado.listed("limit=1")[0]["uuid"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (("John", "Doe", "the second"), "John Doe the second"),
        (("John", None, "the second"), "John the second"),
        ((None, "Doe", None), "Doe"),
        ((None, None, "Zoe"), "Zoe"),
        ((" John ", "\tDoe", "the  second "), "John Doe the  second"),
        (("john", "", "DOE"), "john DOE"),
        (("Иван", "Иванов", "Иванович"), "Иван Иванов Иванович"),
    ],
)
def test_a_person_s_name_is_the_trimmed_parts_in_order(planado, given, name):
    uuid = planado.created(organization=False, **dict(zip(PARTS, given, strict=True)))

    assert planado.shown(uuid)["name"] == name


@pytest.mark.parametrize("name", ["ACME Corporation", "x", " ACME  Ltd ", "名前"])
def test_the_name_of_an_organization_is_its_name(planado, name):
    shown = planado.shown(planado.created(organization=True, organization_name=name))

    assert shown["name"] == shown["organization_name"] == name


@pytest.mark.parametrize("given", ["Somebody", None, 5, ""])
def test_a_given_name_has_no_say(planado, given):
    uuid = planado.created(organization=False, first_name="John", name=given)

    assert planado.shown(uuid)["name"] == "John"


@pytest.mark.parametrize(
    ("contacts", "shown", "name"),
    [
        ([{"first_name": "Ann", "last_name": "Lee"}], ("Ann", "Lee", None), "Ann Lee"),
        ([{"first_name": "Ann", "email": "a@x.io"}], ("Ann", None, None), "Ann"),
        ([{"last_name": "Lee", "email": "a@x.io"}], (None, "Lee", None), "Lee"),
        ([{"email": "a@x.io"}], ("a@x.io", None, None), "a@x.io"),
        ([{"phone": "1"}], ("Client 0001", None, None), "Client 0001"),
        ([], ("Client 0001", None, None), "Client 0001"),
        (
            [{"email": "b@x.io"}, {"first_name": "Ann", "is_primary": True}],
            ("Ann", None, None),
            "Ann",
        ),
        ([{"phone": "1"}, {"first_name": "Zoe"}], ("Zoe", None, None), "Zoe"),
        ([{"phone": "1"}, {"email": "z@x.io"}], ("z@x.io", None, None), "z@x.io"),
        (
            [{"first_name": "Ann"}, {"phone": "1", "is_primary": True}, {"first_name": "Zoe"}],
            ("Ann", None, None),
            "Ann",
        ),
    ],
)
def test_a_nameless_client_borrows_its_parts(planado, ninja, contacts, shown, name):
    _, uuid = both(planado, ninja, contacts=contacts)

    client = planado.shown(uuid)

    assert client["organization"] is False
    assert parts(client) == shown
    assert client["name"] == name


@pytest.mark.parametrize(
    "contacts",
    [
        [{"first_name": "Ann", "last_name": "Lee", "phone": "1"}],
        [{"email": "a@x.io"}],
        [{"phone": "1"}, {"first_name": "Zoe", "email": "z@x.io"}],
        [],
    ],
)
def test_an_echo_freezes_nothing_that_was_borrowed(planado, ninja, contacts):
    client_id, uuid = both(planado, ninja, contacts=contacts)
    before, shown = ninja.shown(client_id), planado.shown(uuid)

    planado.patch(uuid, {part: shown[part] for part in PARTS} | {"contacts": shown["contacts"]})
    planado.patch(uuid, {"organization": False, "first_name": shown["first_name"]})

    assert ninja.shown(client_id) == before
    assert planado.shown(uuid) == shown


def test_a_borrowed_name_follows_the_contact_after_an_echo(planado, ninja):
    client_id, uuid = both(planado, ninja, contacts=[{"first_name": "Ann", "email": "a@x.io"}])
    planado.patch(uuid, {"first_name": "Ann", "last_name": None})
    contact = ninja.shown(client_id)["contacts"][0]

    ninja.put(client_id, {"contacts": [contact | {"first_name": "Bea"}]})

    assert planado.shown(uuid)["name"] == "Bea"


def test_a_nameless_client_that_gets_parts_becomes_an_individual_for_both(planado, ninja):
    client_id, uuid = both(planado, ninja, contacts=[{"email": "a@x.io"}])

    shown = planado.patched(uuid, {"first_name": "Ann", "last_name": "Lee", "middle_name": "May"})

    assert shown["name"] == "Ann Lee May"
    client = ninja.shown(client_id)
    assert (client["classification"], client["name"]) == ("individual", "Ann Lee May")
    assert client["contacts"][0]["first_name"] == ""


def test_a_borrowed_name_cannot_be_taken_away(planado, ninja):
    _, uuid = both(planado, ninja, contacts=[{"email": "a@x.io"}])

    assert errors_in(planado.patch(uuid, {"first_name": None}))


def test_a_nameless_client_is_no_organization(planado, ninja):
    _, uuid = both(planado, ninja, contacts=[{"email": "a@x.io"}])

    assert error_at(planado.patch(uuid, {"organization": True}), "organization")


@pytest.mark.parametrize(
    ("word", "organization"),
    [("", True), ("company", True), ("business", True), ("individual", False)],
)
def test_the_kind_follows_the_classification(planado, ninja, word, organization):
    _, uuid = both(planado, ninja, name="Ann Lee", classification=word)

    shown = planado.shown(uuid)

    assert shown["organization"] is organization
    assert shown["name"] == "Ann Lee"


@pytest.mark.parametrize(
    ("name", "split", "again"),
    [
        ("Ann", ("Ann", None, None), "Ann"),
        ("Ann Lee", ("Ann", "Lee", None), "Ann Lee"),
        ("Ann Lee May", ("Ann", "Lee", "May"), "Ann Lee May"),
        ("Ann Lee May  van Dyck", ("Ann", "Lee", "May van Dyck"), "Ann Lee May van Dyck"),
    ],
)
def test_a_person_from_the_other_api_is_split_into_words(planado, ninja, name, split, again):
    _, uuid = both(planado, ninja, name=name, classification="individual")

    shown = planado.shown(uuid)

    assert parts(shown) == split
    assert shown["name"] == again


@pytest.mark.parametrize(
    ("body", "name", "word"),
    [
        ({"organization": True, "organization_name": "ACME"}, "ACME", ""),
        ({"organization": False, "first_name": "Ann Bea", "last_name": "Lee"}, "Ann Bea Lee",
         "individual"),
    ],
)  # fmt: skip
def test_a_client_made_here_has_name_word_number_and_contact_there(
    planado, ninja, body, name, word
):
    planado.created(**body)

    (client,) = ninja.listed()

    assert (client["name"], client["classification"], client["number"]) == (name, word, "0001")
    assert [c["is_primary"] for c in client["contacts"]] == [True]
    assert client["country_id"] == "840"


def test_parts_with_blanks_survive_an_echo_of_the_joined_name(planado, ninja):
    uuid = planado.created(organization=False, first_name="Ann Bea", last_name="van Dyck")
    (client,) = ninja.listed()

    ninja.put(client["id"], {"name": client["name"], "private_notes": "called"})

    assert parts(planado.shown(uuid)) == ("Ann Bea", "van Dyck", None)


def test_a_changed_kind_takes_the_name_along(planado, ninja):
    client_id, uuid = both(planado, ninja, name="Ann Lee")
    keys = set(planado.shown(uuid))

    ninja.put(client_id, {"classification": "individual"})
    person = planado.shown(uuid)
    ninja.put(client_id, {"classification": "company"})

    assert parts(person) == ("Ann", "Lee", None)
    assert "organization_name" not in person
    assert set(planado.shown(uuid)) == keys
    assert planado.shown(uuid)["organization_name"] == "Ann Lee"


def test_names_that_were_too_long_already_stay_beside_a_change(planado, store, account):
    long = CreateClient(classification="individual", first_name="x" * 60, last_name="Lee")
    uuid = str(store.create_client(account.id, long).uuid)

    shown = planado.patched(uuid, {"first_name": "x" * 60, "last_name": "Li"})

    assert parts(shown) == ("x" * 60, "Li", None)


def test_a_name_edited_here_keeps_what_only_the_other_api_shows(planado, ninja):
    client_id, uuid = both(
        planado,
        ninja,
        name="ACME",
        classification="business",
        private_notes="notes",
        vat_number="VAT1",
        custom_value1="one",
        settings={"currency_id": "3"},
        contacts=[{"first_name": "Ann", "email": "a@x.io", "custom_value1": "two"}],
    )
    before = ninja.shown(client_id)

    planado.patch(uuid, {"organization_name": "Other"})

    after = ninja.shown(client_id)
    changing = {"name": "Other", "display_name": "Other", "updated_at": after["updated_at"]}
    assert after == before | changing


def test_a_borrowed_name_that_is_sent_is_kept_when_its_contact_is_taken_away(planado, ninja):
    made = ninja.created(
        name="", classification="business", contacts=[{"first_name": "Zed", "email": "z@x.io"}]
    )
    [shown] = planado.listed()

    planado.patch(shown["uuid"], {"organization_name": "Zed", "contacts": []})

    [after] = planado.listed()
    assert (shown["organization_name"], after["organization_name"]) == ("Zed", "Zed")
    assert ninja.get(f"/clients/{made['id']}").json()["data"]["name"] == "Zed"
