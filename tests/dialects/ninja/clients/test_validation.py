"""Invalid values: the field and the message of each refusal."""

import pytest

from tests.dialects.ninja.steps import refused_fields

INDUSTRY = {"industry_id": ["The industry id must be an integer."]}
SIZE = {"size_id": ["The size id must be an integer."]}
EMAIL = "contacts.0.email"

EITHER = [
    ({"contacts": None}, {"contacts": ["The contacts must be an array."]}),
    ({"contacts": ""}, {"contacts": ["The contacts must be an array."]}),
    ({"contacts": "x"}, {"contacts": ["The contacts must be an array."]}),
    ({"contacts": 5}, {"contacts": ["The contacts must be an array."]}),
    ({"country_id": "056"}, {"country_id": ["The country id must be an integer."]}),
    ({"country_id": "x"}, {"country_id": ["The country id must be an integer."]}),
    ({"country_id": "1.5"}, {"country_id": ["The country id must be an integer."]}),
    ({"country_id": 1.5}, {"country_id": ["The country id must be an integer."]}),
    ({"country_id": "1"}, {"country_id": ["The selected country id is invalid."]}),
    ({"country_id": 895}, {"country_id": ["The selected country id is invalid."]}),
    ({"country_id": -840}, {"country_id": ["The selected country id is invalid."]}),
    (
        {"shipping_country_id": "x"},
        {"shipping_country_id": ["The shipping country id must be an integer."]},
    ),
    (
        {"shipping_country_id": "1"},
        {"shipping_country_id": ["The selected shipping country id is invalid."]},
    ),
    ({"classification": "club"}, {"classification": ["The selected classification is invalid."]}),
    ({"classification": "Trust"}, {"classification": ["The selected classification is invalid."]}),
    ({"documents": None}, {"documents": ["The documents must be an array."]}),
    ({"documents": "x"}, {"documents": ["The documents must be an array."]}),
    (
        {"country_id": "x", "classification": "club"},
        {
            "country_id": ["The country id must be an integer."],
            "classification": ["The selected classification is invalid."],
        },
    ),
]


@pytest.mark.parametrize(("given", "errors"), EITHER)
def test_a_new_client_is_refused(ninja, given, errors):
    assert refused_fields(ninja.post("/clients", json=given)) == errors
    assert ninja.listed() == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(("given", "errors"), [*EITHER, ({"industry_id": "x"}, INDUSTRY)])
def test_a_change_is_refused(ninja, method, given, errors):
    client = ninja.created(name="Acme")

    answer = ninja.request(method, f"/clients/{client['id']}", json={"name": "Bolt"} | given)

    assert refused_fields(answer) == errors
    assert ninja.shown(client["id"]) == client


@pytest.mark.parametrize(
    ("given", "errors"), [({"size_id": "1.5"}, SIZE), ({"size_id": "x"}, SIZE)]
)
def test_the_size_of_a_changed_client_is_an_integer(ninja, given, errors):
    client = ninja.created()

    answer = ninja.request("PUT", f"/clients/{client['id']}", json=given)

    assert refused_fields(answer) == errors


@pytest.mark.parametrize("country", ["4", "8", "56", "276", "840", "894", 276])
def test_a_known_country_is_taken(ninja, country):
    client = ninja.created(country_id=country, shipping_country_id=country)

    assert (client["country_id"], client["shipping_country_id"]) == (str(country), str(country))


WORDS = "individual business company partnership trust charity government other"


@pytest.mark.parametrize("word", WORDS.split())
def test_a_known_classification_is_taken(ninja, word):
    assert ninja.created(name="Ada Byron", classification=word)["classification"] == word


NO_ADDRESSES = ["ada", "ada@", "@acme", "a b@acme", "ada@acme@acme", "a@-acme.org", "a@acme-.org"]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_an_address_must_be_one(ninja, address):
    given = {"contacts": [{"email": address}]}
    path = f"/clients/{ninja.created()['id']}"

    created = refused_fields(ninja.post("/clients", json=given))
    changed = refused_fields(ninja.request("PUT", path, json=given))

    assert created == {EMAIL: [f"The {EMAIL} must be a valid email address."]}
    assert changed == {EMAIL: ["The email must be a valid email address."]}


@pytest.mark.parametrize(
    "address", ["a@b", "ada+tag@acme.example", "o'reilly@acme.ie", "a@[127.0.0.1]", "a@b--c.org"]
)
def test_an_address_is_taken(ninja, address):
    assert ninja.created(contacts=[{"email": address}])["contacts"][0]["email"] == address


def test_the_place_of_a_refused_address_is_named(ninja):
    given = {"contacts": [{"email": "a@b"}, {}, {"email": "x"}]}

    assert list(refused_fields(ninja.post("/clients", json=given))) == ["contacts.2.email"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_addresses_given_twice_are_both_refused(ninja, method):
    path = "/clients" if method == "POST" else f"/clients/{ninja.created()['id']}"
    given = {"contacts": [{"email": "a@b"}, {"email": "c@d"}, {"email": "a@b"}]}

    errors = refused_fields(ninja.request(method, path, json=given))

    assert errors == {
        "contacts.0.email": ["The contacts.0.email field has a duplicate value."],
        "contacts.2.email": ["The contacts.2.email field has a duplicate value."],
    }


@pytest.mark.parametrize(
    "addresses", [["a@b", "A@b"], ["", ""], [None, None, "a@b"], ["a@b", "c@d"]]
)
def test_addresses_that_differ_are_taken(ninja, addresses):
    client = ninja.created(contacts=[{"email": address} for address in addresses])

    assert [c["email"] for c in client["contacts"]] == [address or "" for address in addresses]


def test_an_address_may_be_at_two_clients(ninja):
    clients = [ninja.created(contacts=[{"email": "a@b"}]) for _ in range(2)]

    assert [c["contacts"][0]["email"] for c in clients] == ["a@b", "a@b"]


def test_an_address_is_given_twice_only_within_the_request(ninja):
    client = ninja.created(contacts=[{"email": "a@b"}])
    given = [{"id": client["contacts"][0]["id"]}, {"email": "a@b"}]

    changed = ninja.put(client["id"], {"contacts": given})

    assert [c["email"] for c in changed["contacts"]] == ["a@b", "a@b"]


def test_an_address_may_move_to_another_contact(ninja):
    client = ninja.created(contacts=[{"email": "a@b"}, {"email": "c@d"}])
    one, two = client["contacts"]

    swapped = [one | {"email": "c@d"}, two | {"email": "a@b"}]
    changed = ninja.put(client["id"], {"contacts": swapped})

    assert [c["email"] for c in changed["contacts"]] == ["c@d", "a@b"]


def test_texts_without_a_rule_are_taken_as_they_are(ninja):
    given = {
        "name": "Acme & Söhne 株式会社",
        "website": "no url",
        "phone": "none",
        "vat_number": "?",
    }

    client = ninja.created(**given)

    assert {field: client[field] for field in given} == given


@pytest.mark.parametrize("field", ["country_id", "shipping_country_id"])
@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "The selected {} is invalid."),
        ("0", "The selected {} is invalid."),
        (True, "The selected {} is invalid."),
        (False, "The {} must be an integer."),
        ([276], "The {} must be an integer."),
    ],
)
def test_no_country_has_the_number_nought(ninja, field, value, sentence):
    path = f"/clients/{ninja.created()['id']}"

    created = refused_fields(ninja.post("/clients", json={field: value}))
    changed = refused_fields(ninja.request("PUT", path, json={field: value}))

    assert created == changed == {field: [sentence.format(field.replace("_", " "))]}


def test_a_taken_number_is_named_together_with_other_problems(ninja):
    ninja.created(number="A-1", id_number="7")
    other = ninja.created()["id"]
    given = {"number": "a-1", "id_number": "7", "country_id": "x"}
    taken = {
        "country_id": ["The country id must be an integer."],
        "number": ["The number has already been taken."],
        "id_number": ["The id number has already been taken."],
    }

    assert refused_fields(ninja.post("/clients", json=given)) == taken
    assert refused_fields(ninja.request("PUT", f"/clients/{other}", json=given)) == taken


def test_a_clients_own_number_is_not_taken(ninja):
    client = ninja.created(number="A-1")["id"]
    answer = ninja.request("PUT", f"/clients/{client}", json={"number": "a-1", "country_id": "x"})

    assert list(refused_fields(answer)) == ["country_id"]
