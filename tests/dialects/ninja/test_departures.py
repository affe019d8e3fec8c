"""Where we knowingly differ from the original: one test per difference, named by what we do."""

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from tests.dialects.ninja.asking import (
    MISSING,
    NOBODY,
    found,
    imported,
    names,
    pagination,
    refused,
)
from tests.speakers import Ninja

BLANK = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}


@pytest.fixture
def deleted_too(ninja):
    ninja.created(name="live")
    ninja.delete(f"/clients/{ninja.created(name='deleted')['id']}")


@pytest.mark.parametrize(
    ("word", "matching"), [("lt", "A"), ("lte", "AB"), ("gt", "C"), ("gte", "BC"), ("eq", "B")]
)
def test_a_balance_is_compared_in_either_order(ninja, store, account, word, matching):
    for name, balance in [("A", -5), ("B", 10), ("C", 20)]:
        imported(store, account, name, balance=balance)

    assert found(ninja, balance=f"{word}:10") == found(ninja, balance=f"10:{word}")
    assert found(ninja, balance=f"{word}:10") == list(matching)


@pytest.mark.parametrize("word", ["true", "TRUE", "True", "1"])
def test_is_deleted_finds_the_deleted(ninja, deleted_too, word):
    assert found(ninja, is_deleted=word) == ["deleted"]


@pytest.mark.parametrize("word", ["false", "FALSE", "0"])
def test_is_not_deleted_finds_the_others(ninja, deleted_too, word):
    assert found(ninja, is_deleted=word) == ["live"]


@pytest.mark.parametrize("word", ["", "yes", "2", "null"])
def test_is_deleted_in_other_words_is_ignored(ninja, deleted_too, word):
    assert found(ninja, is_deleted=word) == ["live", "deleted"]


def test_settings_that_are_not_given_stay(ninja):
    client = ninja.created(name="Acme", settings={"currency_id": "3", "language_id": "3"})

    assert ninja.put(client["id"], {"name": "Bolt"})["settings"] == client["settings"]
    assert ninja.put(client["id"], {"settings": {}})["settings"] == client["settings"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"note": "x"}, {"currency_id": "3", "language_id": "3", "note": "x"}),
        ({"language_id": "4"}, {"currency_id": "3", "language_id": "4"}),
        ({"language_id": None}, {"currency_id": "3"}),
        ({"language_id": ""}, {"currency_id": "3"}),
        ({"currency_id": None}, {"currency_id": "1", "language_id": "3"}),
        ({"currency_id": ""}, {"currency_id": "1", "language_id": "3"}),
    ],
)
def test_settings_are_merged_key_by_key(ninja, given, kept):
    client = ninja.created(settings={"currency_id": "3", "language_id": "3"})

    assert ninja.put(client["id"], {"settings": given})["settings"] == BLANK | kept


@pytest.mark.parametrize("documents", [[], [{"id": "VolejRejNm"}], ["x"]])
def test_documents_in_a_change_are_ignored_and_the_rest_is_applied(ninja, documents):
    client = ninja.created(name="Acme")

    changed = ninja.put(client["id"], {"name": "Bolt", "documents": documents})

    assert (changed["name"], changed["documents"]) == ("Bolt", [])


def test_the_contact_of_another_client_stays_with_it(ninja):
    other = ninja.created(name="Other", contacts=[{"first_name": "Ada"}])
    client = ninja.created(name="Acme")
    stolen = {"id": other["contacts"][0]["id"], "first_name": "Eve"}

    changed = ninja.put(client["id"], {"contacts": [stolen]})

    assert changed["contacts"][0]["first_name"] == "Eve"
    assert changed["contacts"][0]["id"] != stolen["id"]
    assert ninja.shown(other["id"]) == other


def test_a_blank_contact_has_an_empty_address(ninja):
    assert ninja.created()["contacts"][0]["email"] == ""


@pytest.mark.parametrize("body", [b"{", b"garbage", b'{"name": "Acme",}', b"{'name': 1}"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_malformed_json_is_refused(ninja, method, body):
    path = "/clients" if method == "POST" else f"/clients/{ninja.created()['id']}"
    before = ninja.listed()

    answer = ninja.request(method, path, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json() == {"message": "The request body is not valid JSON.", "errors": {}}
    assert ninja.listed() == before


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

    errors = refused(ninja.request(method, path, json=given))

    assert list(errors) == [field]
    assert all(isinstance(words, str) and words for words in errors[field])


@pytest.mark.parametrize("sort", ["nothing|asc", "settings|asc", "name;drop table client|asc"])
def test_an_unknown_column_does_not_sort(ninja, sort):
    for name in "BCA":
        ninja.created(name=name)

    assert found(ninja, sort=sort) == ["B", "C", "A"]


LONG = dict.fromkeys(
    ["name", "website", "address1", "phone", "city", "state", "postal_code", "vat_number"], 255
)
LONG |= dict.fromkeys(["id_number", "number", "routing_id", "shipping_address1"], 255)
LONG |= dict.fromkeys(["private_notes", "public_notes", "custom_value1", "custom_value4"], 65_535)


@pytest.mark.parametrize(("field", "longest"), LONG.items())
def test_a_text_that_is_too_long_is_refused(ninja, field, longest):
    client = ninja.created(**{field: "x" * longest})

    assert client[field] == "x" * longest
    assert list(refused(ninja.post("/clients", json={field: "y" * (longest + 1)}))) == [field]
    path = f"/clients/{client['id']}"
    assert list(refused(ninja.request("PUT", path, json={field: "y" * (longest + 1)}))) == [field]


LONG_OF_CONTACTS = [("first_name", 255), ("phone", 255), ("custom_value1", 65_535)]


@pytest.mark.parametrize(("field", "longest"), LONG_OF_CONTACTS)
def test_a_text_of_a_contact_that_is_too_long_is_refused(ninja, field, longest):
    assert ninja.created(contacts=[{field: "x" * longest}])["contacts"][0][field] == "x" * longest
    given = {"contacts": [{field: "x" * (longest + 1)}]}
    assert list(refused(ninja.post("/clients", json=given))) == [f"contacts.0.{field}"]


def test_an_address_that_is_too_long_is_refused(ninja):
    longest, longer = "a" * 98 + "@b", "a" * 99 + "@b"

    assert ninja.created(contacts=[{"email": longest}])["contacts"][0]["email"] == longest
    given = {"contacts": [{"email": longer}]}
    assert list(refused(ninja.post("/clients", json=given))) == ["contacts.0.email"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("industry_id", "34"), ("industry_id", 0), ("size_id", "7"), ("size_id", 0)],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_unknown_industry_or_size_is_refused(ninja, method, field, value):
    path = "/clients" if method == "POST" else f"/clients/{ninja.created()['id']}"

    assert list(refused(ninja.request(method, path, json={field: value}))) == [field]


@pytest.mark.parametrize("accept", ["text/html", "text/html,*/*;q=0.8", "image/png"])
def test_a_refusal_is_json_whatever_is_asked_for(ninja, accept):
    browser = {"Accept": accept}
    answers = [
        ninja.post("/clients", data={"country_id": "x"}, headers=browser, follow_redirects=False),
        ninja.get(f"/clients/{NOBODY}", headers=browser),
        ninja.get("/nothing", headers=browser),
        ninja.http.get("/api/v1/clients", headers=browser),
    ]

    assert [answer.status_code for answer in answers] == [422, 404, 404, 403]
    assert {answer.headers["content-type"] for answer in answers} == {"application/json"}
    assert all(answer.json()["message"] for answer in answers)


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", ""), ("GET", "/edit"), ("PUT", ""), ("PATCH", ""), ("DELETE", "")],
)
@pytest.mark.parametrize("whose", ["nobody's", "garbage", "another account's", "lower case"])
def test_a_missing_and_a_foreign_record_are_the_same(ninja, stranger, method, rest, whose):
    for name in "ABC":
        foreign = stranger.created(name=name)
    ids = {"nobody's": NOBODY, "garbage": "D2J234DFA", "another account's": foreign["id"]}
    ids["lower case"] = ninja.created(name="Acme")["id"].lower()

    answer = ninja.request(method, f"/clients/{ids[whose]}{rest}")

    assert answer.status_code == 404
    assert answer.json() == MISSING
    assert stranger.shown(foreign["id"]) == foreign


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/clients", "GET HEAD POST"),
        ("DELETE", "/clients", "GET HEAD POST"),
        ("POST", "/clients/{}", "GET HEAD PUT PATCH DELETE"),
        ("POST", "/clients/{}/edit", "GET HEAD"),
        ("DELETE", "/clients/{}/edit", "GET HEAD"),
    ],
)
def test_a_wrong_method_is_named_as_such(ninja, method, path, allowed):
    answer = ninja.request(method, path.format(ninja.created()["id"]))

    assert answer.status_code == 405
    assert answer.json() == {"message": "Method not supported for this route"}
    assert set(answer.headers["allow"].split(", ")) == set(allowed.split())


def test_links_carry_every_other_parameter(ninja):
    for name in ["Acme 1", "Acme 2", "Acme 3"]:
        ninja.created(name=name)

    links = pagination(ninja, "filter=acme&page=2&per_page=1&sort=name|asc&x=%26")["links"]

    same = "http://ninja.test:8000/api/v1/clients?filter=acme&per_page=1&sort=name%7Casc&x=%26"
    assert links == {"previous": f"{same}&page=1", "next": f"{same}&page=3"}


WORDS = [(word, True) for word in ["true", "1", "on", "yes", "TRUE", "Yes", 1, True]]
WORDS += [(word, False) for word in ["false", "0", "off", "no", "False", "NO", 0, False]]


@pytest.mark.parametrize(("word", "meaning"), WORDS)
def test_the_words_of_a_contacts_flags_mean_what_they_say(ninja, word, meaning):
    other = {"first_name": "Other", "send_email": True}
    given = {"first_name": "Ada", "is_primary": word, "send_email": word}

    client = ninja.created(contacts=[other, given])

    [ada] = [c for c in client["contacts"] if c["first_name"] == "Ada"]
    assert (ada["is_primary"], ada["send_email"]) == (meaning, meaning)


@pytest.mark.parametrize(
    ("given", "size"),
    [("0", 20), ("x", 20), ("-0", 20), ("-7", 7), ("6000", 5000), ("-6000", 5000)],
)
def test_a_page_has_twenty_clients_unless_a_size_is_given(ninja, given, size):
    assert pagination(ninja, f"per_page={given}")["per_page"] == size


@pytest.mark.parametrize("given", ["ärger", "ÄRGER", "arger", "Arger"])
def test_equality_knows_neither_case_nor_accents(ninja, given):
    ninja.created(name="A", number="Ärger", contacts=[{"email": "ärger@a"}])
    ninja.created(name="B", id_number="Ärger")

    assert found(ninja, number=given) == found(ninja, email=f"{given}@a") == ["A"]
    assert found(ninja, id_number=given) == ["B"]


@pytest.mark.parametrize("field", ["number", "id_number"])
@pytest.mark.parametrize("given", ["ärger", "ÄRGER", "arger", "A\u0308rger"])
def test_uniqueness_knows_neither_case_nor_accents(ninja, field, given):
    ninja.created(**{field: "Ärger"})

    assert list(refused(ninja.post("/clients", json={field: given}))) == [field]


@pytest.mark.parametrize(("text", "matching"), [("%", ["100%"]), ("_", ["a_b"]), ("0%", ["100%"])])
def test_a_filter_has_no_wildcards(ninja, text, matching):
    for name in ["100%", "a_b", "axb"]:
        ninja.created(name=name)

    assert found(ninja, filter=text) == matching
    assert found(ninja, name=text) == matching


def test_an_unknown_relation_is_refused_on_lists_only(ninja):
    client = ninja.created()

    assert ninja.get("/clients?include=nothing").status_code == 400
    assert ninja.get(f"/clients/{client['id']}?include=nothing").json() == {"data": client}
    assert ninja.listed("include=invoices") == [client]


def test_a_bulk_action_answers_with_all_its_clients(ninja):
    ids = [ninja.created(name=f"{n}")["id"] for n in range(25)]

    answer = ninja.post("/clients/bulk", json={"action": "archive", "ids": ids}).json()
    paged = ninja.post("/clients/bulk?per_page=2", json={"action": "archive", "ids": ids}).json()

    assert [c["id"] for c in answer["data"]] == ids
    assert answer["meta"]["pagination"]["count"] == 25
    assert answer["meta"]["pagination"]["total_pages"] == 1
    assert names(paged["data"]) == ["0", "1"]
    assert paged["meta"]["pagination"]["total_pages"] == 13


def test_a_name_of_one_letter_is_displayed(ninja):
    client = ninja.created(name="A", contacts=[{"email": "a@b"}])

    assert client["display_name"] == "A"


@pytest.mark.parametrize(("setting", "links"), [({}, []), ({"array": []}, [])])
def test_no_links_are_an_empty_array(ninja, setting, links):
    assert pagination(ninja, "")["links"] == links


def test_no_links_are_an_empty_object_where_the_operator_says_so(store, ninja):
    settings = Settings(environment={"GATEWAY_NINJA_EMPTY_LINKS": "object"})
    caller = Ninja(TestClient(create_app(store, settings)), ninja.token)

    assert pagination(caller, "")["links"] == {}


@pytest.mark.parametrize("secret", ["", "wrong", "password"])
def test_a_secret_is_ignored_where_the_operator_has_set_none(ninja, secret):
    assert ninja.get("/clients", headers={"X-API-SECRET": secret}).status_code == 200


def test_a_secret_is_demanded_where_the_operator_has_set_one(store, ninja):
    settings = Settings(environment={"GATEWAY_NINJA_API_SECRET": "password"})
    caller = Ninja(TestClient(create_app(store, settings)), ninja.token)

    refusal = caller.get("/clients", headers={"X-API-SECRET": "wrong"})
    assert (refusal.status_code, refusal.json()) == (
        403,
        {"message": "Invalid secret", "errors": {}},
    )
    assert caller.get("/clients", headers={"X-API-SECRET": "password"}).status_code == 200


def test_the_whole_api_answers_under_the_documented_address_too(ninja):
    headers, base = ninja.headers(), "/v1/api/clients"
    client = ninja.http.post(base, json={"name": "Acme"}, headers=headers).json()["data"]
    ninja.created(name="Bolt")

    links = ninja.http.get(f"{base}?per_page=1", headers=headers).json()["meta"]["pagination"][
        "links"
    ]
    assert links == {"next": "http://ninja.test:8000/v1/api/clients?per_page=1&page=2"}
    for method, path in [("GET", ""), ("GET", "/edit"), ("PUT", ""), ("DELETE", "")]:
        answer = ninja.http.request(method, f"{base}/{client['id']}{path}", headers=headers)
        assert answer.status_code == 200
    assert ninja.http.get(base).status_code == 403
