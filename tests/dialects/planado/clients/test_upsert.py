"""PATCH of an unknown key creates a client if the key and the body allow it."""

import asyncio
import functools

import httpx
import pytest

from tests.dialects.planado.answer_checks import MISSING_UUID, error_at, errors_in, message_in
from tests.dialects.planado.builders import phone

BODY = {"organization": True, "organization_name": "ACME"}
PERSON = {"organization": False, "last_name": "Doe"}


@pytest.mark.parametrize("body", [BODY, PERSON], ids=["organization", "individual"])
def test_an_unknown_external_id_creates_its_client(planado, body):
    answer = planado.patch("42", body)

    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    shown = planado.shown("42")
    assert answer.json() == {"client_uuid": shown["uuid"]}
    assert (shown["external_id"], shown["version"]) == ("42", 1)
    assert shown["created_at"] == shown["updated_at"]


def test_the_second_time_it_updates_the_same_client(planado):
    first = planado.patch("42", BODY)

    second = planado.patch("42", BODY | {"organization_name": "ACME Ltd"})

    assert second.status_code == 200
    assert second.json() == first.json()
    assert planado.shown("42")["version"] == 2
    assert [client["name"] for client in planado.listed()] == ["ACME Ltd"]


def test_the_same_upsert_twice_changes_nothing(planado):
    body = BODY | {"contacts": [phone("Ana", "1")], "site_address": {"formatted": "Rome"}}
    planado.patch("42", body)
    before = planado.shown("42")

    answer = planado.patch("42", body)

    assert answer.status_code == 200
    assert planado.shown("42") == before


def test_a_created_client_has_all_that_the_body_says(planado):
    body = PERSON | {
        "first_name": "John",
        "contacts": [phone("Ana", "1")],
        "site_address": {"formatted": "Rome", "floor": "2"},
    }

    shown = planado.patched("42", body)

    assert shown["name"] == "John Doe"
    assert shown["contacts"] == [phone("Ana", "1")]
    assert shown["site_address"]["floor"] == "2"


@pytest.mark.parametrize("given", ["other", None, "", 42, "x" * 501])
def test_the_path_wins_over_an_external_id_in_the_body(planado, given):
    answer = planado.patch("42", BODY | {"external_id": given})

    assert answer.status_code == 201, answer.text
    assert planado.shown("42")["external_id"] == "42"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "organization"),
        ({"organization_name": "ACME"}, "organization"),
        ({"contacts": []}, "organization"),
        ({"organization": True}, "organization_name"),
        ({"organization": True, "organization_name": ""}, "organization_name"),
        (BODY | {"contacts": None}, "contacts"),
        (BODY | {"site_address": {"floor": "x" * 101}}, "site_address.floor"),
    ],
)
def test_a_body_that_cannot_create_is_told_why(planado, body, path):
    assert error_at(planado.patch("42", body), path)
    assert planado.listed() == []


def test_a_missing_kind_is_called_missing(planado):
    assert errors_in(planado.patch("42", {}))["organization"] == ["is missing"]


def test_a_nameless_person_cannot_be_created(planado):
    assert errors_in(planado.patch("42", {"organization": False, "first_name": " "}))


@pytest.mark.parametrize(
    "key",
    [MISSING_UUID, "50C773B3-A4F8-5619-BE47-CB6A0EDB22CC", "AbCdEf00-0000-0000-0000-00000000000f"],
)
def test_an_unknown_key_like_a_uuid_becomes_the_external_id_letter_by_letter(planado, key):
    answer = planado.patch(key, BODY)

    assert answer.status_code == 201
    shown = planado.shown(answer.json()["client_uuid"])
    assert shown["external_id"] == key
    assert shown["uuid"] != key.lower()
    assert planado.shown(key) == shown


@pytest.mark.parametrize("body", [{}, {"organization_name": "A"}, {"organization": False}])
def test_an_unknown_key_like_a_uuid_is_not_found_when_the_body_cannot_create(planado, body):
    assert message_in(planado.patch(MISSING_UUID, body), 404) == "Not found"


def test_the_uuid_of_a_deleted_client_is_not_found_whatever_the_body(planado):
    uuid = planado.created(**BODY)
    planado.delete(f"/clients/{uuid}")

    assert message_in(planado.patch(uuid, {}), 404) == "Not found"
    assert message_in(planado.patch(uuid, BODY), 404) == "Not found"
    assert planado.listed() == []


def test_the_external_id_of_a_deleted_client_makes_a_new_one(planado):
    old = planado.patch("42", BODY).json()["client_uuid"]
    planado.delete("/clients/42")

    answer = planado.patch("42", PERSON)

    assert answer.status_code == 201
    assert answer.json()["client_uuid"] != old
    assert planado.shown("42")["name"] == "Doe"


def test_an_external_id_in_the_path_may_have_500_characters_and_no_more(planado):
    assert planado.patch("x" * 500, BODY).status_code == 201
    assert error_at(planado.patch("x" * 501, BODY), "external_id")


def test_of_concurrent_creations_one_creates_and_the_others_update(http, planado):
    answers = asyncio.run(patched_at_once(http.app, planado.headers(), 8))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["client_uuid"] for answer in answers}) == 1
    assert planado.shown("42")["version"] == 8


async def patched_at_once(app, headers, times):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://planado.test", headers=headers
    ) as client:
        patch = functools.partial(client.patch, "/v2/clients/42")
        bodies = [BODY | {"organization_name": f"ACME {n}"} for n in range(times)]
        return await asyncio.gather(*(patch(json=body) for body in bodies))
