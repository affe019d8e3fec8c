"""Passwords that a contact may be given. How they are stored is tested elsewhere."""

import pytest

from tests.dialects.ninja.steps import refused_fields

SHORT = "The contacts.0.password must be at least 7 characters."
FORMAT = "The contacts.0.password format is invalid."


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Aa1", [SHORT]),
        ("abcdefgh1", [FORMAT]),
        ("ABCDEFGH1", [FORMAT]),
        ("abcdefghI", [FORMAT]),
    ],
)
def test_a_weak_password_is_refused(ninja, password, words):
    given = {"contacts": [{"email": "ada@acme.example", "password": password}]}
    path = f"/clients/{ninja.created()['id']}"

    created = refused_fields(ninja.post("/clients", json=given))
    changed = refused_fields(ninja.request("PUT", path, json=given))

    assert created == {"contacts.0.password": words}
    assert changed == {"contacts.0.password": ["Password Strength"] * len(words)}


@pytest.mark.parametrize("password", ["", None, "**********", "Abcdef1", "Str0ng enough"])
def test_a_password_is_taken(ninja, password):
    client = ninja.created(contacts=[{"email": "ada@acme.example", "password": password}])

    assert client["contacts"][0]["email"] == "ada@acme.example"
