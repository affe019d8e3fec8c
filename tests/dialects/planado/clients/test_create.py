"""POST: the required fields of a body, its optional fields, and its maximum size."""

import pytest

from tests.dialects.planado.answer_checks import error_at, errors_in
from tests.dialects.planado.builders import email, phone

ORGANIZATION = {"organization": True, "organization_name": "ACME"}
INDIVIDUAL = {"organization": False, "first_name": "John"}


def post(planado, body):
    return planado.post("/clients", json=body)


@pytest.mark.parametrize("body", [ORGANIZATION, INDIVIDUAL], ids=["organization", "individual"])
def test_a_new_client_is_answered_with_201_and_its_uuid(planado, body):
    answer = post(planado, body)

    assert answer.status_code == 201
    assert answer.json() == {"client_uuid": planado.listed()[0]["uuid"]}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "organization"),
        ({"organization_name": "ACME"}, "organization"),
        ({"first_name": "John"}, "organization"),
        ({"organization": None, "organization_name": "ACME"}, "organization"),
        ({"organization": True}, "organization_name"),
        ({"organization": True, "first_name": "John"}, "organization_name"),
        ({"organization": True, "organization_name": None}, "organization_name"),
        ({"organization": True, "organization_name": ""}, "organization_name"),
        (ORGANIZATION | {"site_address": None}, "site_address"),
        (ORGANIZATION | {"contacts": None}, "contacts"),
        (ORGANIZATION | {"external_id": ""}, "external_id"),
    ],
)
def test_what_a_body_must_say(planado, body, path):
    assert error_at(post(planado, body), path)
    assert planado.listed() == []


def test_a_missing_kind_is_called_missing(planado):
    assert "is missing" in errors_in(post(planado, {}))["organization"]


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"first_name": None},
        {"first_name": "", "last_name": "", "middle_name": ""},
        {"first_name": None, "last_name": " ", "middle_name": "\t"},
        {"organization_name": "ACME"},
    ],
)
def test_an_individual_must_have_one_of_three_names(planado, names):
    assert errors_in(post(planado, {"organization": False} | names))


@pytest.mark.parametrize("part", ["first_name", "last_name", "middle_name"])
def test_any_one_of_the_three_will_do(planado, part):
    shown = planado.shown(planado.created(organization=False, **{part: "Ida"}))

    parts = ("first_name", "last_name", "middle_name")
    assert {p: shown[p] for p in parts} == dict.fromkeys(parts) | {part: "Ida"}
    assert shown["name"] == "Ida"


@pytest.mark.parametrize("blank", [None, "", "   "])
def test_a_blank_name_part_is_null(planado, blank):
    uuid = planado.created(organization=False, first_name="Ida", last_name=blank)

    assert planado.shown(uuid)["last_name"] is None


# Lengths are counted in code points: these take two UTF-16 units and four bytes each.
LONGEST = [
    (INDIVIDUAL, "first_name", "\N{FACE WITH TEARS OF JOY}", 50),
    (INDIVIDUAL, "last_name", "\N{CYRILLIC SMALL LETTER ZHE}", 50),
    (INDIVIDUAL, "middle_name", "x", 50),
    (ORGANIZATION, "organization_name", "\N{FACE WITH TEARS OF JOY}", 5000),
    (ORGANIZATION, "external_id", "\N{CYRILLIC SMALL LETTER ZHE}", 500),
    (ORGANIZATION, "site_address.formatted", "x", 5000),
    (ORGANIZATION, "site_address.description", "x", 5000),
    (ORGANIZATION, "site_address.entrance_no", "x", 100),
    (ORGANIZATION, "site_address.apartment", "x", 100),
    (ORGANIZATION, "site_address.floor", "x", 100),
]


def holding(body, path, value):
    first, _, rest = path.partition(".")
    return body | {first: {rest: value} if rest else value}


@pytest.mark.parametrize(("body", "path", "letter", "longest"), LONGEST)
def test_the_longest_text_is_kept_whole(planado, body, path, letter, longest):
    shown = planado.shown(planado.created(**holding(body, path, letter * longest)))

    for step in path.split("."):
        shown = shown[step]
    assert shown == letter * longest


@pytest.mark.parametrize(("body", "path", "letter", "longest"), LONGEST)
def test_one_character_more_is_refused(planado, body, path, letter, longest):
    answer = post(planado, holding(body, path, letter * (longest + 1)))

    assert str(longest) in error_at(answer, path)


def test_length_is_taken_before_trimming(planado):
    answer = post(planado, {"organization": False, "first_name": "x" * 50 + " "})

    assert error_at(answer, "first_name")


def test_a_taken_external_id_is_refused_in_the_words_that_callers_look_for(planado):
    planado.created(**ORGANIZATION, external_id="42")

    answer = post(planado, INDIVIDUAL | {"external_id": "42"})

    assert errors_in(answer)["external_id"] == ["is used by another entity"]
    assert len(planado.listed()) == 1


def test_an_external_id_is_only_taken_within_its_account(planado, stranger):
    planado.created(**ORGANIZATION, external_id="42")

    assert stranger.created(**ORGANIZATION, external_id="42")


def test_a_null_external_id_is_none(planado):
    uuid = planado.created(**ORGANIZATION, external_id=None)

    assert planado.shown(uuid)["external_id"] is None


def test_the_same_body_twice_makes_two_clients(planado):
    assert planado.created(**ORGANIZATION) != planado.created(**ORGANIZATION)
    assert len(planado.listed()) == 2


@pytest.mark.parametrize(
    "contacts",
    [
        [phone("Pedro", "(834) 362-5246")],
        [phone("Pedro", "1"), email("Pedro", "p@x.io"), phone("Ana", "2"), phone(None, "0")],
        [phone("Pedro", "1"), phone("Pedro", "2"), phone("Pedro", "1")],
        [phone(None, "1"), phone(None, "2"), email(None, "a"), email(None, "b")],
        [email("Ana", "not an address"), phone("Ana", "-"), phone("Ana", " 0179-1234567 ")],
        [phone(str(n % 7), str(n)) for n in range(100)],
    ],
    ids=["one", "mixed", "repeated", "nameless", "free text", "a hundred"],
)
def test_contacts_read_back_as_sent(planado, contacts):
    uuid = planado.created(**ORGANIZATION, contacts=contacts)

    assert planado.shown(uuid)["contacts"] == contacts


@pytest.mark.parametrize(
    ("contact", "path"),
    [
        ({"value": "1"}, "contacts.0.type"),
        ({"value": "1", "type": None}, "contacts.0.type"),
        ({"value": "1", "type": "fax"}, "contacts.0.type"),
        ({"value": "1", "type": "Phone"}, "contacts.0.type"),
        ({"value": "", "type": "fax"}, "contacts.0.type"),
        ({"type": "phone"}, "contacts.0.value"),
        ({"type": "phone", "value": 5}, "contacts.0.value"),
        ({"type": "phone", "value": None}, "contacts.0.value"),
        ({"type": "phone", "value": "1", "name": 5}, "contacts.0.name"),
        ("Pedro", "contacts.0"),
    ],
)
def test_a_contact_that_cannot_be_read_is_refused_at_its_place(planado, contact, path):
    answer = post(planado, ORGANIZATION | {"contacts": [contact]})

    assert error_at(answer, path)


def test_the_place_of_a_bad_contact_is_its_index(planado):
    contacts = [phone("Ana", "1"), {"value": "2", "type": "fax"}]

    answer = post(planado, ORGANIZATION | {"contacts": contacts})

    assert list(errors_in(answer)["contacts"]) == ["1"]


def test_a_contact_without_a_value_is_dropped(planado):
    contacts = [phone("Ana", ""), phone("Ben", "2"), email("Ana", "  ")]

    uuid = planado.created(**ORGANIZATION, contacts=contacts)

    assert planado.shown(uuid)["contacts"] == [phone("Ben", "2")]


def test_a_hundred_and_one_contacts_are_too_many(planado):
    contacts = [phone("Ana", str(n)) for n in range(101)]

    assert error_at(post(planado, ORGANIZATION | {"contacts": contacts}), "contacts")
