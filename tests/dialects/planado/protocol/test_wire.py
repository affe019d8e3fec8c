"""The fields of an answer, their order and their types, for both kinds of client."""

import json
import re
from pathlib import Path

import pytest

from tests.dialects.planado.answer_checks import MOMENT
from tests.dialects.planado.builders import email, phone

SEEDS = Path(__file__).parents[3] / "seeds" / "planado_clients.json"
ORGANIZATION = [
    "uuid",
    "external_id",
    "name",
    "organization",
    "organization_name",
    "site_address",
    "contacts",
    "version",
    "created_at",
    "updated_at",
]
INDIVIDUAL = [
    "uuid",
    "external_id",
    "name",
    "organization",
    "first_name",
    "last_name",
    "middle_name",
    "site_address",
    "contacts",
    "version",
    "created_at",
    "updated_at",
]
ADDRESS = ["formatted", "entrance_no", "apartment", "floor", "description", "geolocation"]
SERVER_FIELDS = {"uuid", "version", "created_at", "updated_at"}


def seeds():
    return json.loads(SEEDS.read_text())["clients"]


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ({"organization": True, "organization_name": "ACME"}, ORGANIZATION),
        ({"organization": False, "first_name": "John"}, INDIVIDUAL),
    ],
    ids=["organization", "individual"],
)
def test_the_kind_decides_the_keys_and_none_is_ever_left_out(planado, body, keys):
    uuid = planado.created(**body)

    assert list(planado.shown(uuid)) == keys
    assert list(planado.listed()[0]) == keys


def test_an_organization_with_nothing_but_a_name(planado):
    uuid = planado.created(organization=True, organization_name="ACME")

    shown = planado.shown(uuid)

    assert shown["uuid"] == uuid
    assert shown["external_id"] is None
    assert shown["name"] == shown["organization_name"] == "ACME"
    assert shown["organization"] is True
    assert shown["site_address"] is None
    assert shown["contacts"] == []
    assert shown["version"] == 1


def test_an_individual_with_nothing_but_a_last_name(planado):
    uuid = planado.created(organization=False, last_name="Doe")

    shown = planado.shown(uuid)

    assert shown["organization"] is False
    assert (shown["first_name"], shown["last_name"], shown["middle_name"]) == (None, "Doe", None)
    assert shown["name"] == "Doe"
    assert shown["site_address"] is None
    assert shown["contacts"] == []


def test_an_address_has_all_six_keys_in_order(planado):
    address = {"geolocation": {"latitude": 41.8950619, "longitude": 12.4772501}}
    uuid = planado.created(organization=True, organization_name="A", site_address=address)

    shown = planado.shown(uuid)["site_address"]

    assert list(shown) == ADDRESS
    assert list(shown["geolocation"]) == ["longitude", "latitude"]
    assert [shown[key] for key in ADDRESS[:5]] == [None] * 5


def test_a_contact_has_three_keys_in_order(planado):
    given = [{"type": "phone", "value": "(834) 362-5246"}]
    uuid = planado.created(organization=True, organization_name="A", contacts=given)

    shown = planado.shown(uuid)["contacts"]

    assert list(shown[0]) == ["name", "value", "type"]
    assert shown == [phone(None, "(834) 362-5246")]


def test_uuids_are_lower_case_with_dashes(planado):
    uuid = planado.created(organization=True, organization_name="A")

    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", uuid)
    assert planado.shown(uuid)["uuid"] == uuid


def test_a_new_client_was_updated_when_it_was_created(planado):
    uuid = planado.created(organization=True, organization_name="A")

    shown = planado.shown(uuid)

    assert MOMENT.fullmatch(shown["created_at"])
    assert shown["created_at"] == shown["updated_at"]


@pytest.mark.parametrize("seed", seeds(), ids=["organization", "individual"])
def test_the_documented_samples_come_back_as_they_went_in(planado, seed):
    body = {key: value for key, value in seed.items() if key not in SERVER_FIELDS}

    shown = planado.shown(planado.created(**body))

    # The sample's second name differs from its parts in one capital; parts win.
    parts = ("first_name", "last_name", "middle_name")
    name = seed.get("organization_name") or " ".join(seed[part] for part in parts)
    expected = seed | {"name": name} | {key: shown[key] for key in SERVER_FIELDS}
    assert json.dumps(shown) == json.dumps(expected)


def test_the_list_is_as_complete_as_the_detail(planado):
    planado.created(
        organization=False,
        first_name="John",
        external_id="42",
        site_address={"formatted": "Rome", "floor": "2"},
        contacts=[phone("John", "1"), email("John", "j@doe.io")],
    )

    listed = planado.listed()

    assert listed == [planado.shown("42")]


def test_envelopes_hold_one_key(planado):
    made = planado.post("/clients", json={"organization": True, "organization_name": "A"})
    key = made.json()["client_uuid"]
    changed = planado.patch(key, {"organization_name": "B"})

    assert list(made.json()) == list(changed.json()) == ["client_uuid"]
    assert list(planado.get("/clients").json()) == ["clients"]
    assert list(planado.get(f"/clients/{key}").json()) == ["client"]
    assert planado.delete(f"/clients/{key}").json() == {"client_uuid": key}


def test_an_answer_about_one_client_carries_its_version_as_a_tag(planado):
    made = planado.post("/clients", json={"organization": True, "organization_name": "A"})
    key = made.json()["client_uuid"]
    changed = planado.patch(key, {"organization_name": "B"})
    shown = planado.get(f"/clients/{key}")

    assert made.headers["etag"] == '"1"'
    assert changed.headers["etag"] == shown.headers["etag"] == '"2"'
    assert shown.json()["client"]["version"] == 2


def test_a_head_request_is_a_get_without_a_body(planado):
    uuid = planado.created(organization=True, organization_name="A")

    answer = planado.request("HEAD", f"/clients/{uuid}")

    assert answer.status_code == 200
    assert answer.headers["etag"] == '"1"'
