"""Requests as real callers send them: SDKs, automation tools, front ends."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from storage.model.commands import ContactDraft, CreateClient
from tests.dialects.ninja.http.php_forms import FORM, as_php
from tests.dialects.ninja.steps import NOBODY, find_names, names_of_records, pagination
from tests.support.api_callers import Ninja


def php_put(ninja: Ninja, client_id: str, tree: dict[str, Any]) -> Any:
    answer = ninja.request("PUT", f"/clients/{client_id}", content=as_php(tree), headers=FORM)
    assert answer.status_code == 200, answer.text
    return answer


def test_the_php_sdk_creates_with_nested_brackets(ninja):
    ada = {"first_name": "Ada", "email": "ada@acme.example", "send_email": False}
    bob = {"first_name": "Bob", "is_primary": True, "send_email": True, "password": None}
    tree = {"name": "Acme & Söhne", "is_tax_exempt": True, "country_id": 276, "website": None}
    tree |= {"contacts": [ada, bob], "settings": {"currency_id": "2", "translations": []}}

    client = ninja.post("/clients", content=as_php(tree), headers=FORM).json()["data"]

    assert (client["name"], client["is_tax_exempt"]) == ("Acme & Söhne", True)
    assert (client["country_id"], client["settings"]["currency_id"]) == ("276", "2")
    told = [(c["first_name"], c["is_primary"], c["send_email"]) for c in client["contacts"]]
    assert told == [("Bob", True, True), ("Ada", False, False)]


def test_the_php_sdk_changes_with_nested_brackets(ninja):
    client = ninja.created(name="Acme", is_tax_exempt=True, contacts=[{"first_name": "Ada"}, {}])
    [ada, other] = client["contacts"]
    tree = {"is_tax_exempt": False, "contacts": [{"id": other["id"], "is_primary": True}, ada]}

    changed = php_put(ninja, client["id"], tree).json()["data"]

    assert (changed["name"], changed["is_tax_exempt"]) == ("Acme", False)
    assert [c["id"] for c in changed["contacts"]] == [other["id"], ada["id"]]
    assert [c["is_primary"] for c in changed["contacts"]] == [True, False]


def test_what_the_php_sdk_leaves_out_of_a_change_stays(ninja):
    fields = {"website": "acme.example", "settings": {"currency_id": "3"}}
    client = ninja.created(name="Acme", contacts=[{"first_name": "Ada"}], **fields)
    tree = {"name": "Bolt", "website": None, "contacts": [], "settings": {}, "documents": []}

    changed = php_put(ninja, client["id"], tree).json()["data"]

    same = {key for key in client if changed[key] == client[key]}
    assert client.keys() - same <= {"name", "display_name", "updated_at"}
    assert changed["name"] == "Bolt"


def test_the_php_sdk_puts_back_what_it_has_read_and_changes_nothing(ninja, clock):
    contacts = [{"first_name": "Ada", "send_email": False}, {"email": "bob@acme.example"}]
    client = ninja.created(name="Acme", is_tax_exempt=True, contacts=contacts, country_id="4")
    before = ninja.get(f"/clients/{client['id']}")
    clock.move()

    after = php_put(ninja, client["id"], before.json()["data"])

    assert after.json() == before.json()
    assert after.headers["etag"] == before.headers["etag"]
    assert "x-gateway-ignored-fields" not in after.headers


def test_the_php_sdk_asks_for_clients_in_bulk_by_numbered_ids(ninja):
    ids = [ninja.created(name=name)["id"] for name in "ABC"]
    tree = {"action": "archive", "ids": ids[:2]}

    answer = ninja.post("/clients/bulk", content=as_php(tree), headers=FORM)

    assert names_of_records(answer.json()["data"]) == ["A", "B"]
    assert find_names(ninja, status="active") == ["C"]


def test_activepieces_creates_with_its_fields_in_the_query_and_one_flat_contact(http, ninja):
    fields = {"name": "Acme & Co", "phone": "5", "country_id": "276", "private_notes": "a\nb"}
    contact = {"first_name": "Ada", "last_name": "", "email": "ada@acme.example", "phone": "7"}
    token = {"X-Api-Token": ninja.token}

    url = f"/api/v1/clients/?{urlencode(fields)}"
    answer = http.post(url, json={"contacts": contact}, headers=token, follow_redirects=False)

    client = answer.json()["data"]
    assert {name: client[name] for name in fields} == fields
    assert [{name: c[name] for name in contact} for c in client["contacts"]] == [contact]
    assert client["contacts"][0]["is_primary"] is True


def test_activepieces_finds_out_whether_an_email_is_known(http, ninja):
    ninja.created(name="Acme", contacts=[{"email": "ada@acme.example"}])
    token = {"X-Api-Token": ninja.token}

    known, unknown = (
        http.get(f"/api/v1/clients/?email={email}@acme.example", headers=token).json()
        for email in ("ada", "bob")
    )

    assert [p["meta"]["pagination"]["total"] for p in (known, unknown)] == [1, 0]
    assert known["data"][0]["payment_balance"] == 0


def test_activepieces_is_refused_in_json_without_asking_for_it(http, ninja):
    token = {"X-Api-Token": ninja.token, "Accept": "*/*"}

    refusals = [
        http.post("/api/v1/clients/?country_id=x", json={}, headers=token),
        http.get(f"/api/v1/clients/{NOBODY}/", headers=token),
        http.get("/api/v1/clients/", headers={"X-Api-Token": "wrong"}),
    ]

    assert [refusal.status_code for refusal in refusals] == [422, 404, 403]
    assert all(refusal.json()["message"] for refusal in refusals)


MANY = 350


@pytest.fixture
def many(store, account):
    contact = ContactDraft(email="a@b.example")
    commands = [
        CreateClient(organization_name=f"{n}", classification="company", contacts=(contact,))
        for n in range(MANY)
    ]
    store.create_clients(account.id, commands)


@pytest.mark.parametrize("again", ["", "&per_page=100", "&per_page=100&include=invoices"])
def test_n8n_follows_the_links_and_sees_each_client_once(http, ninja, many, again):
    url, met, asked = "http://ninja.test:8000/api/v1/clients?per_page=100&include=invoices", [], 0
    while url:
        body = http.get(url, headers={"X-API-TOKEN": ninja.token, "X-API-SECRET": ""}).json()
        met += names_of_records(body["data"])
        # Some versions add their own parameters to a link that carries them already.
        following = dict(body["meta"]["pagination"]["links"]).get("next")
        url, asked = following and following + again, asked + 1

    assert met == [str(n) for n in range(MANY)]
    assert asked == 4


@pytest.mark.parametrize(("country", "shown"), [(276, "276"), (None, "840"), ("276", "276")])
def test_n8n_creates_with_a_numeric_country_or_none_and_an_unknown_phone(ninja, country, shown):
    body = {"name": "Acme", "work_phone": "5", "country_id": country, "contacts": [{}]}
    secret = {"X-API-SECRET": "", "Accept": "application/json"}

    answer = ninja.post("/clients", json=body, headers=secret)

    client = answer.json()["data"]
    assert (client["name"], client["country_id"], client["phone"]) == ("Acme", shown, "")
    assert client["display_name"] == "Acme"


def test_n8n_filters_by_dates_of_iso_and_by_state(ninja, clock):
    ninja.created(name="old")
    clock.move()
    ninja.delete(f"/clients/{ninja.created(name='deleted')['id']}")
    ninja.created(name="new")
    iso = f"{clock.now:%Y-%m-%dT%H:%M:%S}.000Z"

    assert find_names(ninja, created_at=iso, status="active") == ["new"]
    assert find_names(ninja, updated_at=iso, is_deleted="true") == ["deleted"]
    assert find_names(ninja, is_deleted="false", include="invoices") == ["old", "new"]
    assert find_names(ninja, created_at=f"{iso[:-1]}+00:00", status="active") == ["new"]
    assert find_names(ninja, created_at=f"{iso[:-1]}-00:01") == []


def test_n8n_takes_a_token_of_64_letters_for_one_of_this_version(ninja):
    assert re.fullmatch("[0-9A-Za-z]{64}", ninja.token)


def test_dotnet_says_of_every_post_that_it_is_one(ninja):
    client = ninja.post("/clients?_method=POST", json={"name": "Acme"}).json()["data"]
    body = {"action": "delete", "ids": [client["id"]]}

    [deleted] = ninja.post("/clients/bulk?_method=POST", json=body).json()["data"]

    assert (client["name"], deleted["is_deleted"]) == ("Acme", True)
    assert [c["id"] for c in ninja.listed()] == [client["id"]]


def test_flutter_changes_a_client_by_a_post_in_lower_case(ninja):
    client = ninja.created(name="Acme", city="Bonn")
    form = {"_method": (None, "put"), "name": (None, "Bolt")}

    by_query = ninja.post(f"/clients/{client['id']}?_method=put", json={"city": "Kyiv"})
    by_part = ninja.post(f"/clients/{client['id']}", files=form)

    assert (by_query.status_code, by_part.status_code) == (200, 200)
    assert (by_part.json()["data"]["name"], by_part.json()["data"]["city"]) == ("Bolt", "Kyiv")


def test_react_lists_active_clients_by_name(ninja):
    ninja.delete(f"/clients/{ninja.created(name='aa')['id']}")
    for name in "LKJIHGFEDCBA":
        ninja.created(name=name)
    query = "include=group_settings&per_page=10&page=1&filter=&status=active&sort=name|asc"

    assert names_of_records(ninja.listed(query)) == list("ABCDEFGHIJ")
    assert pagination(ninja, query)["total"] == 12


@pytest.mark.parametrize("method", [{"data": {"_method": "PUT"}}, {"params": {"_method": "POST"}}])
def test_front_ends_and_dotnet_upload_by_a_post_of_parts(ninja, method):
    client = ninja.created(name="Acme")
    files = [("documents[]", (name, b"hello", "text/plain")) for name in ("a.txt", "b.txt")]

    answer = ninja.post(f"/clients/{client['id']}/upload", files=files, **method)

    assert answer.status_code == 200, answer.text
    assert [d["name"] for d in answer.json()["data"]["documents"]] == ["a.txt", "b.txt"]


def test_react_puts_the_whole_client_back_with_its_documents_blanked(ninja):
    client = ninja.created(name="Acme", contacts=[{"first_name": "Ada"}])
    files = [("documents[]", ("a.txt", b"hello", "text/plain"))]
    held = ninja.post(f"/clients/{client['id']}/upload", files=files).json()["data"]

    changed = ninja.put(client["id"], held | {"documents": [], "name": "Bolt"})

    assert (changed["name"], changed["contacts"]) == ("Bolt", client["contacts"])
    assert changed["documents"] == held["documents"] != []


def test_a_caller_who_strips_the_ids_of_contacts_gets_new_ones_in_their_place(ninja):
    client = ninja.created(contacts=[{"first_name": "Ada", "email": "ada@acme.example"}])
    stripped = [{k: v for k, v in c.items() if k != "id"} for c in client["contacts"]]

    [contact] = ninja.put(client["id"], {"contacts": stripped})["contacts"]

    assert (contact["first_name"], contact["email"]) == ("Ada", "ada@acme.example")
    assert contact["id"] != client["contacts"][0]["id"]
