"""Values of a wrong type, too long or unknown are refused; values that are echoed back never
are."""

import pytest

from storage.model.commands import ContactDraft
from tests.dialects.ninja.steps import import_client, refused_fields

WRONG_TYPES = [
    ({"name": {}}, "name"),
    ({"name": ["x"]}, "name"),
    ({"number": {"a": 1}}, "number"),
    ({"country_id": []}, "country_id"),
    ({"is_tax_exempt": {}}, "is_tax_exempt"),
    ({"is_tax_exempt": "maybe"}, "is_tax_exempt"),
    ({"settings": "x"}, "settings"),
    ({"settings": None}, "settings"),
    ({"contacts": ["x"]}, "contacts.0"),
    ({"contacts": [{}, 5]}, "contacts.1"),
    ({"contacts": [{"email": {}}]}, "contacts.0.email"),
    ({"contacts": [{"first_name": []}]}, "contacts.0.first_name"),
    ({"contacts": [{"send_email": "maybe"}]}, "contacts.0.send_email"),
]


@pytest.mark.parametrize(("given", "field"), WRONG_TYPES)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_wrong_type_is_refused_by_the_name_of_its_field(ninja, method, given, field):
    path = "/clients" if method == "POST" else f"/clients/{ninja.created()['id']}"

    errors = refused_fields(ninja.request(method, path, json=given))

    assert list(errors) == [field]
    assert all(isinstance(words, str) and words for words in errors[field])


LONG = dict.fromkeys(
    ["name", "website", "address1", "phone", "city", "state", "postal_code", "vat_number"], 255
)
LONG |= dict.fromkeys(["id_number", "number", "routing_id", "shipping_address1"], 255)
LONG |= dict.fromkeys(["private_notes", "public_notes", "custom_value1", "custom_value4"], 65_535)


@pytest.mark.parametrize(("field", "longest"), LONG.items())
def test_a_text_that_is_too_long_is_refused(ninja, field, longest):
    client = ninja.created(**{field: "x" * longest})

    assert client[field] == "x" * longest
    assert list(refused_fields(ninja.post("/clients", json={field: "y" * (longest + 1)}))) == [
        field
    ]
    path = f"/clients/{client['id']}"
    assert list(refused_fields(ninja.request("PUT", path, json={field: "y" * (longest + 1)}))) == [
        field
    ]


LONG_OF_CONTACTS = [("first_name", 255), ("phone", 255), ("custom_value1", 65_535)]


@pytest.mark.parametrize(("field", "longest"), LONG_OF_CONTACTS)
def test_a_text_of_a_contact_that_is_too_long_is_refused(ninja, field, longest):
    assert ninja.created(contacts=[{field: "x" * longest}])["contacts"][0][field] == "x" * longest
    given = {"contacts": [{field: "x" * (longest + 1)}]}
    assert list(refused_fields(ninja.post("/clients", json=given))) == [f"contacts.0.{field}"]


def test_an_address_that_is_too_long_is_refused(ninja):
    longest, longer = "a" * 98 + "@b", "a" * 99 + "@b"

    assert ninja.created(contacts=[{"email": longest}])["contacts"][0]["email"] == longest
    given = {"contacts": [{"email": longer}]}
    assert list(refused_fields(ninja.post("/clients", json=given))) == ["contacts.0.email"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("industry_id", "34"), ("industry_id", 0), ("size_id", "7"), ("size_id", 0)],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_unknown_industry_or_size_is_refused(ninja, method, field, value):
    path = "/clients" if method == "POST" else f"/clients/{ninja.created()['id']}"

    assert list(refused_fields(ninja.request(method, path, json={field: value}))) == [field]


def test_what_is_too_long_comes_back_as_it_was(ninja, store, account):
    text = "x" * 3_000
    client = import_client(
        store, account, "Acme", service_text=text, website=text, custom_value1=text
    )
    [shown] = ninja.listed()

    changed = ninja.put(shown["id"], shown)

    assert client.version == 1
    assert (changed["shipping_address1"], changed["website"]) == (text, text)
    assert changed == shown


def test_addresses_that_stand_twice_already_come_back_as_they_were(ninja, store, account):
    twice = (ContactDraft(email="a@b", is_primary=True), ContactDraft(email="a@b"))
    import_client(store, account, "Acme", contacts=twice)
    [shown] = ninja.listed()

    assert ninja.put(shown["id"], shown) == shown


NUMBERS = ["1e308", "-1e-308", "1.5", "true", "12345678901234567", "-0", "0.1"]
PLACES = [
    '{"name":%s}',
    '{"number":%s}',
    '{"country_id":%s}',
    '{"assigned_user_id":%s}',
    '{"is_tax_exempt":%s}',
    '{"settings":{"currency_id":%s}}',
    '{"settings":{"default_task_rate":%s}}',
    '{"contacts":[{"id":%s}]}',
    '{"contacts":[{"email":%s}]}',
]


@pytest.mark.parametrize("place", PLACES)
def test_a_number_of_any_kind_is_no_fault(ninja, place):
    answers = [ninja.post("/clients", content=place % number) for number in NUMBERS]

    assert {answer.status_code for answer in answers} <= {200, 422}
