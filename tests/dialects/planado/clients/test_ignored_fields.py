"""Fields of a body that had no effect are named in a header."""

import pytest

from tests.dialects.planado.answer_checks import ignored_in

ORGANIZATION = {"organization": True, "organization_name": "ACME"}
INDIVIDUAL = {"organization": False, "first_name": "John"}
READ_ONLY = {"uuid": "x", "name": "x", "version": 7, "created_at": "x", "updated_at": "x"}


def created(planado, body):
    return planado.post("/clients", json=body)


@pytest.mark.parametrize(
    ("body", "ignored"),
    [
        (ORGANIZATION, []),
        (ORGANIZATION | {"external_id": "42", "site_address": {}, "contacts": []}, []),
        (INDIVIDUAL | {"last_name": None, "middle_name": ""}, []),
        (ORGANIZATION | READ_ONLY, sorted(READ_ONLY)),
        (INDIVIDUAL | {"name": "John"}, ["name"]),
        (ORGANIZATION | {"address": {"formatted": "Rome"}}, ["address"]),
        (ORGANIZATION | {"custom_fields": [{"name": "a", "value": 1}]}, ["custom_fields"]),
        (ORGANIZATION | {"first_name": "John", "middle_name": "x"}, ["first_name", "middle_name"]),
        (INDIVIDUAL | {"organization_name": "ACME"}, ["organization_name"]),
        (ORGANIZATION | {"Organization": False, "CONTACTS": []}, ["CONTACTS", "Organization"]),
    ],
)
def test_a_creation_names_the_keys_that_had_no_effect(planado, body, ignored):
    answer = created(planado, body)

    assert answer.status_code == 201
    assert sorted(ignored_in(answer)) == ignored


@pytest.mark.parametrize("key", ["acme", "unknown"])
@pytest.mark.parametrize(
    ("body", "ignored"),
    [
        ({"contacts": []}, []),
        ({"external_id": "43"}, ["external_id"]),
        ({"last_name": "Doe"}, ["last_name"]),
        (READ_ONLY, sorted(READ_ONLY)),
    ],
)
def test_so_does_a_patch_that_changes_or_creates(planado, key, body, ignored):
    planado.created(**ORGANIZATION, external_id="acme")

    answer = planado.patch(key, ORGANIZATION | body)

    assert sorted(ignored_in(answer)) == ignored


@pytest.mark.parametrize("body", [READ_ONLY, {"address": {"formatted": "Rome"}, "phone": "1"}])
def test_ignored_keys_have_no_effect_indeed(planado, body):
    planado.created(**ORGANIZATION, external_id="acme")
    before = planado.shown("acme")

    assert planado.patched("acme", body) == before


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ({"site_address": {"formatted": "Rome", "street": "Via Appia"}}, "street"),
        ({"site_address": {"geolocation": {"latitude": 1, "longitude": 2, "alt": 3}}}, "alt"),
        ({"contacts": [{"value": "1", "type": "phone", "uuid": "x"}]}, "uuid"),
    ],
)
def test_keys_inside_are_named_too(planado, body, last):
    (name,) = ignored_in(created(planado, ORGANIZATION | body))

    assert name.endswith(last)


def test_at_most_twenty_are_named(planado):
    body = ORGANIZATION | {f"unknown{n}": n for n in range(30)}

    assert len(ignored_in(created(planado, body))) == 20


def test_long_keys_make_no_header_that_callers_cannot_read(planado):
    body = ORGANIZATION | {f"{n}" * 9000: n for n in range(20)}

    # Python's own client gives up on a line of 64 KiB.
    assert len(created(planado, body).headers["X-Gateway-Ignored-Fields"]) < 65536


@pytest.mark.parametrize(
    "key", ["\u043a\u043b\u044e\u0447", "a,b", "a\r\nb: c", "", " ", "\U0001f600"]
)
def test_a_key_of_any_characters_is_a_harmless_header(planado, key):
    answer = created(planado, ORGANIZATION | {key: 1})

    assert answer.status_code == 201
    assert answer.headers["X-Gateway-Ignored-Fields"].isascii()
    assert "b" not in answer.headers


def test_reading_names_nothing(planado):
    planado.created(**ORGANIZATION, external_id="acme")

    for path in ("/clients", "/clients/acme"):
        assert "X-Gateway-Ignored-Fields" not in planado.get(path).headers
