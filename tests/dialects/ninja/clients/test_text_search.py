"""Search of clients by text: an e-mail, an id number, a part of a text."""

import pytest

from tests.dialects.ninja.steps import find_names, refused_fields


@pytest.mark.parametrize(
    ("email", "matching"),
    [
        ("ada@acme.example", ["Acme"]),
        ("grace@acme.example", ["Acme"]),
        ("ada@acme", []),
        ("", ["Acme", "Bolt"]),
    ],
)
def test_an_email_is_one_of_a_contacts(ninja, email, matching):
    contacts = [{"email": "ada@acme.example"}, {"email": "grace@acme.example"}]
    ninja.created(name="Acme", contacts=contacts)
    ninja.created(name="Bolt", contacts=[{"email": "bob@bolt.example"}])

    assert find_names(ninja, email=email) == matching


def test_the_email_of_a_contact_that_is_gone_finds_nothing(ninja):
    client = ninja.created(name="Acme", contacts=[{"email": "ada@acme.example"}])

    ninja.put(client["id"], {"contacts": []})

    assert find_names(ninja, email="ada@acme.example") == []
    assert find_names(ninja, filter="ada@acme.example") == []


@pytest.mark.parametrize("param", ["number", "id_number"])
def test_an_identity_is_equal_and_not_just_alike(ninja, param):
    ninja.created(name="Acme", **{param: "AB-1"})
    ninja.created(name="Bolt", **{param: "AB-12"})

    assert find_names(ninja, **{param: "AB-1"}) == ["Acme"]
    assert find_names(ninja, **{param: "AB"}) == []
    assert find_names(ninja, **{param: ""}) == ["Acme", "Bolt"]


SEARCHED = ["name", "id_number", "number"] + [f"custom_value{n}" for n in range(1, 5)]
SEARCHED_OF_CONTACTS = ["first_name", "last_name", "email", "phone"]


@pytest.mark.parametrize("field", SEARCHED)
def test_a_text_is_searched_in(ninja, field):
    client = ninja.created(**{field: "a Needle here"})
    ninja.created(name="hay")

    assert [c["id"] for c in ninja.listed("filter=nEEdle")] == [client["id"]]


@pytest.mark.parametrize("field", SEARCHED_OF_CONTACTS)
def test_a_text_is_searched_in_a_contacts(ninja, field):
    client = ninja.created(contacts=[{}, {field: "Needle@here"}])
    ninja.created(name="hay", contacts=[{field: "hay@here"}])

    assert [c["id"] for c in ninja.listed("filter=nEEdle")] == [client["id"]]


@pytest.mark.parametrize("field", ["city", "vat_number", "phone", "public_notes", "website"])
def test_a_text_is_not_searched_in(ninja, field):
    ninja.created(**{field: "needle"})

    assert ninja.listed("filter=needle") == []


def test_a_changed_text_is_found_by_its_new_words_only(ninja):
    client = ninja.created(name="Acme", contacts=[{"first_name": "Ada"}])

    ninja.put(client["id"], {"name": "Bolt", "contacts": [{"first_name": "Bob"}]})

    assert find_names(ninja, filter="bolt") == find_names(ninja, filter="bob") == ["Bolt"]
    assert find_names(ninja, filter="acme") == find_names(ninja, filter="ada") == []


@pytest.mark.parametrize(
    ("name", "matching"), [("cm", ["Acme"]), ("ACME", ["Acme"]), ("Acme*", []), ("", ["Acme", "B"])]
)
def test_a_part_of_the_name(ninja, name, matching):
    ninja.created(name="Acme")
    ninja.created(name="B", custom_value1="acme")

    assert find_names(ninja, name=name) == matching


@pytest.mark.parametrize("given", ["ärger", "ÄRGER", "arger", "Arger"])
def test_equality_knows_neither_case_nor_accents(ninja, given):
    ninja.created(name="A", number="Ärger", contacts=[{"email": "ärger@a"}])
    ninja.created(name="B", id_number="Ärger")

    assert find_names(ninja, number=given) == find_names(ninja, email=f"{given}@a") == ["A"]
    assert find_names(ninja, id_number=given) == ["B"]


@pytest.mark.parametrize("field", ["number", "id_number"])
@pytest.mark.parametrize("given", ["ärger", "ÄRGER", "arger", "A\u0308rger"])
def test_uniqueness_knows_neither_case_nor_accents(ninja, field, given):
    ninja.created(**{field: "Ärger"})

    assert list(refused_fields(ninja.post("/clients", json={field: given}))) == [field]
