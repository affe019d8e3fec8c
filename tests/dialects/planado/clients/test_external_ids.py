"""Keys in the path: a uuid or an external id with any character, decoded once."""

from urllib.parse import quote

import pytest

from tests.dialects.planado.answer_checks import MISSING_UUID, error_at, message_in

BODY = {"organization": True, "organization_name": "ACME"}
EXTERNAL_IDS = [
    "42",
    "0",
    "423430387320568-acme",
    "22451458596510-john-doe-the-second",
    "d41d8cd98f00b204e9800998ecf8427e",
    "50c773b3a4f85619be47cb6a0edb22cc",
    "1b2c3d4e5f60718293a4b5c6d7e8f9",
    "{50c773b3-a4f8-5619-be47-cb6a0edb22cc}",
    "urn:uuid:50c773b3-a4f8-5619-be47-cb6a0edb22cc",
    "50C773B3-A4F8-5619-BE47-CB6A0EDB22CC",
    "a/b",
    "/",
    "a/",
    "/a",
    "a//b",
    "x/clients/y",
    "клиент №1",
    "名前",
    "e\N{COMBINING ACUTE ACCENT}",
    "with blank",
    " outer ",
    "a+b",
    "a%2Fb",
    "100%",
    "a?b=c#d",
    "a&b;c,d",
    "42.json",
    "clients",
    "..%2F..",
    "'; --",
    "null",
]


@pytest.mark.parametrize("external_id", EXTERNAL_IDS)
def test_an_external_id_is_as_good_as_a_uuid_whatever_its_characters(planado, external_id):
    key = quote(external_id, safe="")
    uuid = planado.created(**BODY, external_id=external_id)

    assert planado.shown(key) == planado.shown(uuid)
    assert planado.shown(key)["external_id"] == external_id
    assert planado.patched(key, {"organization_name": "B"})["uuid"] == uuid
    assert planado.get(f"/clients?after={key}").json() == {"clients": []}
    assert planado.delete(f"/clients/{key}").json() == {"client_uuid": uuid}


@pytest.mark.parametrize("external_id", EXTERNAL_IDS)
def test_an_upsert_takes_the_external_id_from_the_path_as_it_is(planado, external_id):
    shown = planado.patched(quote(external_id, safe=""), BODY)

    assert shown["external_id"] == external_id


def test_a_slash_need_not_be_encoded(planado):
    uuid = planado.created(**BODY, external_id="a/b/clients/c")

    assert planado.shown("a/b/clients/c")["uuid"] == uuid


def test_the_path_is_decoded_once(planado):
    once = planado.created(**BODY, external_id="a/b")
    twice = planado.created(**BODY, external_id="a%2Fb")

    assert planado.shown("a%2Fb")["uuid"] == once
    assert planado.shown("a%252Fb")["uuid"] == twice


def test_a_trailing_slash_is_tolerated(planado):
    uuid = planado.created(**BODY, external_id="42")

    assert planado.shown(f"{uuid}/") == planado.shown("42/") == planado.shown(uuid)
    assert planado.patched("42/", {"organization_name": "B"})["name"] == "B"
    assert planado.delete("/clients/42/").status_code == 200


def test_a_uuid_is_found_in_any_case(planado):
    uuid = planado.created(**BODY)

    assert planado.shown(uuid.upper())["uuid"] == uuid


@pytest.mark.parametrize(
    "written",
    [
        lambda uuid: uuid.replace("-", ""),
        lambda uuid: f"{{{uuid}}}",
        lambda uuid: f"urn:uuid:{uuid}",
        lambda uuid: f" {uuid}",
        lambda uuid: uuid.replace("-", "", 1),
    ],
    ids=["undashed", "braces", "urn", "blank", "one dash short"],
)
def test_a_uuid_in_another_dress_is_no_uuid(planado, written):
    uuid = planado.created(**BODY)

    assert message_in(planado.get(f"/clients/{quote(written(uuid))}"), 404) == "Not found"


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("acme", "ACME"),
        ("acme", "acme "),
        ("acme", " acme"),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe\N{COMBINING ACUTE ACCENT}"),
        ("42", "042"),
        ("42", "42.json"),
        ("42", "42.0"),
        ("a b", "a+b"),
        ("AAAAAAAA-0000-0000-0000-000000000000", "aaaaaaaa-0000-0000-0000-000000000000"),
    ],
)
def test_external_ids_are_compared_exactly(planado, stored, asked):
    planado.created(**BODY, external_id=stored)

    assert planado.get(f"/clients/{quote(asked)}").status_code == 404
    assert planado.created(**BODY, external_id=asked)


@pytest.mark.parametrize("is_deleted", [False, True])
def test_an_external_id_cannot_be_the_uuid_of_a_client_even_of_one_that_may_come_back(
    planado, is_deleted
):
    first = planado.created(**BODY)
    if is_deleted:
        planado.delete(f"/clients/{first}")

    answer = planado.post("/clients", json=BODY | {"external_id": first})

    assert answer.status_code == 422
    assert answer.json()["errors"] == {"external_id": ["is used by another entity"]}


@pytest.mark.parametrize(
    "key", ["nobody", MISSING_UUID, "%FF", "%00", "a%00b", "%ED%A0%80", "x" * 30000]
)
def test_a_key_that_nobody_has_is_not_found(planado, key):
    for method in ("GET", "DELETE"):
        answer = planado.request(method, f"/clients/{key}")

        assert message_in(answer, 404) == "Not found"


def test_a_client_of_another_account_is_as_missing_as_any(planado, stranger):
    foreign = stranger.created(**BODY, external_id="42")
    unknown = planado.get(f"/clients/{MISSING_UUID}")

    for key in (foreign, "42"):
        assert planado.get(f"/clients/{key}").content == unknown.content
        assert planado.delete(f"/clients/{key}").content == unknown.content
    assert planado.patch(foreign, {"organization_name": "B"}).content == unknown.content
    assert error_at(planado.patch("42", {"organization_name": "B"}), "organization")
    assert planado.listed() == []
