"""The contacts array: which contacts stay, which are new, which is primary, and which get
e-mail."""

import re

import pytest

from tests.dialects.ninja.steps import NOBODY

ADA = {"first_name": "Ada", "email": "ada@acme.example"}
GRACE = {"first_name": "Grace", "email": "grace@acme.example"}
MARY = {"first_name": "Mary", "email": "mary@acme.example"}


@pytest.fixture
def acme(ninja):
    return ninja.created(name="Acme", contacts=[ADA, GRACE])


def first_names(client):
    return [contact["first_name"] for contact in client["contacts"]]


def flags(client, flag):
    return [contact[flag] for contact in client["contacts"]]


def test_a_client_without_contacts_gets_a_blank_one(ninja):
    [contact] = ninja.created(name="Acme", contacts=[])["contacts"]

    assert (contact["first_name"], contact["phone"], contact["is_primary"]) == ("", "", True)
    assert contact["send_email"] is True
    assert re.fullmatch("[0-9A-Za-z]{40}", contact["contact_key"])


def test_contacts_that_are_not_given_stay(ninja, acme):
    changed = ninja.put(acme["id"], {"name": "Bolt"})

    assert changed["contacts"] == acme["contacts"]


def test_an_empty_list_leaves_one_blank_contact(ninja, acme):
    [contact] = ninja.put(acme["id"], {"contacts": []})["contacts"]

    assert (contact["first_name"], contact["email"], contact["is_primary"]) == ("", "", True)
    assert contact["id"] not in {c["id"] for c in acme["contacts"]}


def test_a_contact_that_is_left_out_is_gone(ninja, acme):
    _, grace = acme["contacts"]

    changed = ninja.put(acme["id"], {"contacts": [grace]})

    assert [c["id"] for c in changed["contacts"]] == [grace["id"]]
    assert flags(changed, "is_primary") == [True]


def test_a_known_contact_changes_in_place(ninja, acme, clock):
    ada, grace = acme["contacts"]
    later = clock.move()
    given = {"id": ada["id"], "phone": "5", "custom_value4": "x", "is_primary": True}

    changed = ninja.put(acme["id"], {"contacts": [given, grace]})

    told = {"phone": "5", "custom_value4": "x", "updated_at": later}
    assert changed["contacts"] == [ada | told, grace]
    assert changed["updated_at"] == later


def test_an_empty_value_clears_a_contacts_field(ninja, acme):
    ada, grace = acme["contacts"]

    changed = ninja.put(acme["id"], {"contacts": [ada | {"first_name": "", "email": None}, grace]})

    assert changed["contacts"][0]["id"] == ada["id"]
    assert (changed["contacts"][0]["first_name"], changed["contacts"][0]["email"]) == ("", "")


@pytest.mark.parametrize("unknown", [None, "", 1, "1", 7064, NOBODY, "garbage", "a" * 30_000])
def test_an_unknown_id_makes_a_new_contact(ninja, acme, unknown):
    ada, _ = acme["contacts"]

    changed = ninja.put(acme["id"], {"contacts": [MARY | {"id": unknown}]})

    [mary] = changed["contacts"]
    assert mary["first_name"] == "Mary"
    assert mary["id"] not in {c["id"] for c in acme["contacts"]}
    assert mary["contact_key"] != ada["contact_key"]


def test_the_id_of_a_contact_that_is_gone_makes_a_new_one(ninja, acme):
    ada, grace = acme["contacts"]
    ninja.put(acme["id"], {"contacts": [grace]})

    changed = ninja.put(acme["id"], {"contacts": [grace, ada | {"is_primary": False}]})

    assert first_names(changed) == ["Grace", "Ada"]
    assert changed["contacts"][1]["id"] != ada["id"]


def test_an_id_given_twice_is_one_contact_and_a_new_one(ninja, acme):
    ada, _ = acme["contacts"]
    twice = [{"id": ada["id"]}, {"id": ada["id"], "first_name": "Twin"}]

    changed = ninja.put(acme["id"], {"contacts": twice})

    assert first_names(changed) == ["Ada", "Twin"]
    assert changed["contacts"][0]["id"] == ada["id"]


def test_a_new_contact_has_a_key_of_32_and_the_time(ninja, acme, clock):
    later = clock.move()

    changed = ninja.put(acme["id"], {"contacts": [*acme["contacts"], MARY]})

    mary = changed["contacts"][2]
    assert re.fullmatch("[0-9A-Za-z]{32}", mary["contact_key"])
    assert (mary["created_at"], mary["updated_at"], mary["send_email"]) == (later, later, True)


IGNORED = {
    "contact_key": "x",
    "is_locked": True,
    "link": "http://x",
    "last_login": 5,
    "created_at": 5,
    "updated_at": 5,
    "archived_at": 5,
    "client_id": "x",
}


@pytest.mark.parametrize(("field", "value"), IGNORED.items())
def test_what_is_read_only_of_a_contact_is_ignored(ninja, acme, field, value):
    ada, grace = acme["contacts"]

    changed = ninja.put(acme["id"], {"contacts": [ada | {field: value}, grace]})

    assert changed == acme


@pytest.mark.parametrize(
    ("flagged", "order"),
    [
        ([False, False, False], "Ada Grace Mary"),
        ([None, None, None], "Ada Grace Mary"),
        ([True, False, False], "Ada Grace Mary"),
        ([False, False, True], "Mary Ada Grace"),
        ([False, True, True], "Grace Mary Ada"),
        ([None, "1", None], "Grace Ada Mary"),
        ([0, 1, 0], "Grace Ada Mary"),
    ],
)
def test_the_first_flagged_contact_is_the_primary_one(ninja, flagged, order):
    given = [
        person | {"is_primary": flag}
        for person, flag in zip([ADA, GRACE, MARY], flagged, strict=True)
    ]

    client = ninja.created(contacts=given)

    assert first_names(client) == order.split()
    assert flags(client, "is_primary") == [True, False, False]


def test_the_primary_contact_changes_with_the_flag(ninja, acme):
    ada, grace = acme["contacts"]

    flagged = [{"id": ada["id"]}, {"id": grace["id"], "is_primary": True}]
    changed = ninja.put(acme["id"], {"contacts": flagged})

    assert first_names(changed) == ["Grace", "Ada"]
    assert flags(changed, "is_primary") == [True, False]


def test_the_first_contact_is_primary_when_no_flag_is_given(ninja, acme):
    ada, grace = acme["contacts"]

    changed = ninja.put(acme["id"], {"contacts": [{"id": grace["id"]}, {"id": ada["id"]}]})

    assert first_names(changed) == ["Grace", "Ada"]
    assert flags(changed, "is_primary") == [True, False]


def test_the_others_are_shown_by_age(ninja, acme):
    ada, grace = acme["contacts"]
    given = [MARY | {"is_primary": True}, {"id": grace["id"]}, {"id": ada["id"]}]

    assert first_names(ninja.put(acme["id"], {"contacts": given})) == ["Mary", "Ada", "Grace"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([False, False], [True, False]),
        ([True, False], [True, False]),
        ([False, True], [False, True]),
        (["no", "off"], [True, False]),
        ([0, "1"], [False, True]),
        ([None, True], [False, True]),
    ],
)
def test_somebody_always_gets_the_mail(ninja, given, kept):
    people = [
        person | {"send_email": flag} for person, flag in zip([ADA, GRACE], given, strict=True)
    ]

    assert flags(ninja.created(contacts=people), "send_email") == kept


def test_the_primary_contact_gets_the_mail_when_nobody_would(ninja):
    quiet = {"send_email": False}

    client = ninja.created(contacts=[ADA | quiet, GRACE | quiet | {"is_primary": True}])

    assert first_names(client) == ["Grace", "Ada"]
    assert flags(client, "send_email") == [True, False]


def test_what_is_stored_does_not_count_as_a_wish_for_mail(ninja, acme):
    quiet = [contact | {"send_email": False} for contact in acme["contacts"]]
    ninja.put(acme["id"], {"contacts": [quiet[0], quiet[1] | {"send_email": True}]})
    silent = [{"id": contact["id"]} for contact in acme["contacts"]]

    changed = ninja.put(acme["id"], {"contacts": silent})

    assert flags(changed, "send_email") == [True, True]


def test_a_default_does_not_count_as_a_wish_for_mail(ninja):
    client = ninja.created(contacts=[{"email": "a@b"}, {"email": "c@d", "send_email": False}])

    assert flags(client, "send_email") == [True, False]


@pytest.mark.parametrize("contacts", [[None], [None, None]])
def test_nulls_are_no_contacts(ninja, contacts):
    [blank] = ninja.created(contacts=contacts)["contacts"]

    assert (blank["first_name"], blank["email"]) == ("", "")


def test_an_empty_field_of_a_form_is_no_contact(ninja):
    form = {"name": "Acme", "contacts[]": ""}

    assert len(ninja.post("/clients", data=form).json()["data"]["contacts"]) == 1


def test_numbered_objects_are_a_list_of_contacts(ninja):
    assert first_names(ninja.created(contacts={"0": ADA, "1": GRACE})) == ["Ada", "Grace"]


def test_a_flat_object_is_one_contact(ninja, acme):
    ada, _ = acme["contacts"]

    changed = ninja.put(acme["id"], {"contacts": {"id": ada["id"], "first_name": "Augusta"}})

    assert [(c["id"], c["first_name"]) for c in changed["contacts"]] == [(ada["id"], "Augusta")]


def test_a_masked_password_is_ignored(ninja, acme):
    masked = [contact | {"password": "**********"} for contact in acme["contacts"]]

    assert ninja.put(acme["id"], {"contacts": masked}) == acme
