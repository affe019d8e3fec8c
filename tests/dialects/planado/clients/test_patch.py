"""PATCH of a client that exists: what changes, what cannot, what counts as no change."""

import pytest

from tests.dialects.planado.answer_checks import error_at, errors_in, ignored_in
from tests.dialects.planado.builders import email, phone

ADDRESS = {
    "formatted": "Rome",
    "entrance_no": "3",
    "apartment": "11",
    "floor": "2",
    "description": "Knock hard",
    "geolocation": {"longitude": 12.4772501, "latitude": 41.8950619},
}
CONTACTS = [phone("John", "1"), email("John", "j@doe.io"), phone(None, "0")]


@pytest.fixture
def organization(planado):
    return planado.created(
        organization=True,
        organization_name="ACME",
        external_id="acme",
        site_address=ADDRESS,
        contacts=CONTACTS,
    )


@pytest.fixture
def individual(planado):
    return planado.created(
        organization=False,
        first_name="John",
        last_name="Doe",
        middle_name="the second",
        external_id="john",
        site_address=ADDRESS,
        contacts=CONTACTS,
    )


def changed_values(before, after):
    return {key: after[key] for key in after if after[key] != before[key]}


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ({"organization_name": "Other"}, {"organization_name": "Other", "name": "Other"}),
        ({"contacts": [phone("Ana", "5")]}, {"contacts": [phone("Ana", "5")]}),
        ({"contacts": []}, {"contacts": []}),
        ({"site_address": {}}, {"site_address": None}),
        ({"site_address": dict.fromkeys(ADDRESS)}, {"site_address": None}),
        (
            {"site_address": {"formatted": "Pisa"}},
            {"site_address": dict.fromkeys(ADDRESS) | {"formatted": "Pisa"}},
        ),
        (
            {"organization": True, "organization_name": "Other", "contacts": CONTACTS},
            {"organization_name": "Other", "name": "Other"},
        ),
    ],
)
def test_only_what_is_given_changes(planado, organization, body, changed):
    before = planado.shown(organization)

    answer = planado.patch(organization, body)

    after = planado.shown(organization)
    assert (answer.status_code, answer.json()) == (200, {"client_uuid": organization})
    assert after["updated_at"] > before["updated_at"]
    assert changed_values(before, after) == changed | {
        "version": before["version"] + 1,
        "updated_at": after["updated_at"],
    }


@pytest.mark.parametrize(
    ("body", "parts", "name"),
    [
        ({"first_name": "Jane"}, ("Jane", "Doe", "the second"), "Jane Doe the second"),
        ({"last_name": None}, ("John", None, "the second"), "John the second"),
        ({"middle_name": ""}, ("John", "Doe", None), "John Doe"),
        ({"middle_name": "  "}, ("John", "Doe", None), "John Doe"),
        ({"first_name": None, "middle_name": None}, (None, "Doe", None), "Doe"),
        (
            {"first_name": None, "last_name": None, "middle_name": "Zoe"},
            (None, None, "Zoe"),
            "Zoe",
        ),
    ],
)
def test_name_parts_change_one_by_one(planado, individual, body, parts, name):
    shown = planado.patched(individual, body)

    assert (shown["first_name"], shown["last_name"], shown["middle_name"]) == parts
    assert shown["name"] == name
    assert shown["version"] == 2


UNCHANGING = [
    {},
    {"organization": False},
    {"first_name": "John", "last_name": "Doe", "middle_name": "the second"},
    {"contacts": CONTACTS},
    {"contacts": [*CONTACTS, phone("Nobody", "")]},
    {"site_address": ADDRESS},
    {"site_address": ADDRESS | {"entrance_no": 3, "floor": 2, "apartment": 11}},
    {
        "site_address": ADDRESS
        | {"geolocation": {"latitude": "41.8950619", "longitude": 12.4772501}}
    },
    {"name": "Somebody Else"},
    {"external_id": "another"},
    {"version": 1, "uuid": "x", "created_at": None},
    {"custom_fields": [{"name": "x", "value": 1}]},
    {"organization_name": "ACME"},
]


@pytest.mark.parametrize("body", UNCHANGING)
def test_a_body_that_changes_nothing_leaves_version_and_time_alone(planado, individual, body):
    before = planado.shown(individual)

    answer = planado.patch(individual, body)

    assert answer.status_code == 200
    assert answer.json() == {"client_uuid": individual}
    assert answer.headers["etag"] == '"1"'
    assert planado.shown(individual) == before


@pytest.mark.parametrize("kind", ["organization", "individual"])
def test_a_client_sent_back_as_it_was_read_is_unchanged(planado, kind, request):
    uuid = request.getfixturevalue(kind)
    before = planado.shown(uuid)

    assert planado.patched(uuid, before) == before


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"organization": True}, "organization"),
        ({"organization": True, "organization_name": "ACME"}, "organization"),
        ({"organization": None}, "organization"),
        ({"site_address": None}, "site_address"),
        ({"contacts": None}, "contacts"),
        ({"first_name": "x" * 51}, "first_name"),
        ({"contacts": [{"value": "1", "type": "fax"}]}, "contacts.0.type"),
        ({"contacts": [phone("x", str(n)) for n in range(101)]}, "contacts"),
        ({"site_address": {"floor": "x" * 101}}, "site_address.floor"),
        ({"site_address": {"geolocation": {"longitude": 1}}}, "site_address.geolocation.latitude"),
    ],
)
def test_what_an_individual_cannot_become(planado, individual, body, path):
    before = planado.shown(individual)

    answer = planado.patch(individual, body)

    assert error_at(answer, path)
    assert planado.shown(individual) == before


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"organization": False}, "organization"),
        ({"organization": False, "first_name": "John"}, "organization"),
        ({"organization_name": None}, "organization_name"),
        ({"organization_name": ""}, "organization_name"),
        ({"organization_name": " "}, "organization_name"),
        ({"organization_name": "x" * 5001}, "organization_name"),
        ({"organization_name": ["x"]}, "organization_name"),
    ],
)
def test_what_an_organization_cannot_become(planado, organization, body, path):
    before = planado.shown(organization)

    answer = planado.patch(organization, body)

    assert error_at(answer, path)
    assert planado.shown(organization) == before


def test_an_individual_keeps_at_least_one_name(planado, individual):
    gone = {"first_name": None, "last_name": "", "middle_name": " "}

    assert errors_in(planado.patch(individual, gone))
    assert planado.shown(individual)["name"] == "John Doe the second"


def test_several_refusals_are_told_at_once_and_nothing_is_written(planado, individual):
    body = {"organization": True, "first_name": "x" * 51, "site_address": {"floor": "x" * 101}}

    found = errors_in(planado.patch(individual, body))

    assert set(found) == {"organization", "first_name", "site_address"}
    assert planado.shown(individual)["version"] == 1


@pytest.mark.parametrize("value", ["John", None, "", 5, "x" * 51])
def test_keys_of_the_other_kind_are_ignored_whatever_they_say(planado, organization, value):
    answer = planado.patch(organization, {"first_name": value, "organization_name": "Other"})

    assert answer.status_code == 200, answer.text
    assert planado.shown(organization)["name"] == "Other"


@pytest.mark.parametrize("value", ["ACME", None, "", 5, "x" * 5001])
def test_the_name_of_an_organization_is_ignored_for_a_person(planado, individual, value):
    answer = planado.patch(individual, {"organization_name": value, "first_name": "Jane"})

    assert answer.status_code == 200, answer.text
    assert planado.shown(individual)["first_name"] == "Jane"


@pytest.mark.parametrize("value", ["another", None, "", 42, "x" * 501])
def test_an_external_id_in_the_body_is_ignored_whatever_it_says(planado, individual, value):
    answer = planado.patch(individual, {"external_id": value, "first_name": "Jane"})

    assert "external_id" in ignored_in(answer)
    assert planado.shown(individual)["external_id"] == "john"


def test_every_change_counts_one_version(planado, individual):
    versions = [
        planado.patched(individual, {"first_name": name})["version"] for name in ("A", "B", "B")
    ]

    assert versions == [2, 3, 3]


def test_time_goes_on_with_every_change_even_when_the_clock_stands(planado, clock):
    uuid = planado.created(organization=True, organization_name="a")

    times = [planado.patched(uuid, {"organization_name": n})["updated_at"] for n in "bcd"]

    assert times == sorted(set(times))
    assert planado.shown(uuid)["created_at"] < times[0]
