"""Requests of known integrations, exactly as they send them."""

import hashlib

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage.model.commands import CreateToken
from tests.dialects.planado.answer_checks import ignored_in, message_in
from tests.dialects.planado.builders import email, phone
from tests.support.api_callers import Planado

# The scripts that copy customers: they list everything, compare names, create what is missing.


def test_a_copying_script_reads_pages_of_a_hundred_until_an_empty_one(planado):
    for n in range(101):
        planado.created(organization=False, first_name=f"Customer {n}")
    seen, query = [], "limit=100"

    for _ in range(3):
        page = planado.listed(query)
        seen += [client["name"].lower() for client in page]
        query = f"limit=100&after={page[-1]['uuid']}" if page else query

    assert page == []
    assert seen == [f"customer {n}" for n in reversed(range(101))]


@pytest.mark.parametrize("last_name", ["van Dyck", None])
def test_a_copying_script_creates_with_a_name_of_its_own_and_half_an_address(planado, last_name):
    name = "Ann van Dyck" if last_name else "Ann"
    contacts = [phone("Ann", "0179-1234567"), phone("Ann", "-"), email("Ann", "ann@x.io")]
    body = {
        "name": name,
        "organization": False,
        "first_name": "Ann",
        "last_name": last_name,
        "contacts": contacts,
        "site_address": {"formatted": "Dorpsstraat 1, Utrecht"},
    }

    answer = planado.post("/clients", json=body)

    assert ignored_in(answer) == ["name"]
    shown = planado.shown(answer.json()["client_uuid"])
    assert shown["name"] == name
    assert shown["contacts"] == contacts
    assert shown["site_address"]["formatted"] == "Dorpsstraat 1, Utrecht"


def test_a_copying_script_appends_a_contact_by_sending_all(planado):
    uuid = planado.created(
        organization=True, organization_name="ACME", contacts=[phone("Ann", "1")]
    )
    contacts = planado.shown(uuid)["contacts"]

    shown = planado.patched(uuid, {"contacts": [*contacts, email("Ann", "ann@x.io")]})

    assert shown["contacts"] == [phone("Ann", "1"), email("Ann", "ann@x.io")]


# The shop that hashes: it finds or creates by a key made of name, address and phone.

SHOP_BODY = {
    "organization": False,
    "first_name": "Иван",
    "last_name": "Петров",
    "site_address": {
        "formatted": "Москва, Тверская 1",
        "entrance_no": "",
        "apartment": "",
        "floor": "",
        "description": "",
        "geolocation": {"latitude": "55.7862807707096", "longitude": "37.6785237278356"},
    },
    "contacts": [{"name": "Иван", "value": "+7 900 000-00-00", "type": "phone"}],
}


def shop_key(text):
    """Return the MD5 of a text in hexadecimal, without its leading zeros."""
    return f"{int(hashlib.md5(text.encode()).hexdigest(), 16):x}"  # noqa: S324


def shop_request(planado, method, path, **options):
    headers = {"X-Planado-Api-Token": planado.token}
    return planado.http.request(method, f"/api/v2{path}", headers=headers, **options)


@pytest.mark.parametrize("text", ["363", "a", "Иван"])
def test_the_shop_finds_or_creates_and_finds_again(planado, text):
    key = shop_key(text)

    assert message_in(shop_request(planado, "GET", f"/clients/{key}"), 404) == "Not found"
    made = shop_request(planado, "POST", "/clients", json=SHOP_BODY | {"external_id": key})
    found = shop_request(planado, "GET", f"/clients/{key}").json()["client"]

    assert (made.status_code, found["uuid"]) == (201, made.json()["client_uuid"])
    assert found["external_id"] == key
    assert found["site_address"]["geolocation"] == {
        "longitude": 37.6785237278356,
        "latitude": 55.7862807707096,
    }
    assert found["site_address"]["floor"] is None
    assert shop_request(planado, "DELETE", f"/clients/{key}").status_code == 200


def test_the_shop_does_not_know_every_phone_or_place(planado):
    body = SHOP_BODY | {
        "contacts": [{"name": "Иван", "value": "", "type": "phone"}],
        "site_address": SHOP_BODY["site_address"]
        | {"geolocation": {"latitude": "", "longitude": ""}},
    }

    answer = shop_request(planado, "POST", "/clients", json=body)

    shown = planado.shown(answer.json()["client_uuid"])
    assert shown["contacts"] == []
    assert shown["site_address"]["geolocation"] is None


# The typed library: it leaves nulls out, but always sends kind and contacts.

LIBRARY_HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "X-Planado-Trigger-Webhooks": "true",
}


def library_patch(planado, key, body):
    return planado.request("PATCH", f"/clients/{key}", json=body, headers=LIBRARY_HEADERS)


def test_the_library_upserts_under_a_key_that_it_does_not_encode(planado):
    body = {"organization": True, "organization_name": "ACME", "contacts": []}

    first = library_patch(planado, "crm/клиент 7", body)
    second = library_patch(planado, "crm/клиент 7", body | {"contacts": [phone("Ann", "1")]})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert planado.shown("crm/клиент 7")["version"] == 2


def test_the_library_clears_the_contacts_that_it_does_not_name(planado):
    uuid = planado.created(
        organization=False, last_name="Doe", contacts=[phone("Ann", "1"), phone(None, "2")]
    )

    library_patch(planado, uuid, {"organization": False, "contacts": [], "first_name": "John"})

    shown = planado.shown(uuid)
    assert (shown["name"], shown["contacts"]) == ("John Doe", [])


def test_the_library_s_empty_organization_name_is_refused(planado):
    uuid = planado.created(organization=True, organization_name="ACME")
    body = {"organization": True, "organization_name": "", "contacts": []}

    answer = library_patch(planado, uuid, body | {"site_address": {"formatted": "Rome"}})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["organization_name"]


def test_the_library_always_finds_a_list_of_contacts_and_a_uuid(planado):
    body = {"organization": False, "first_name": "John", "contacts": []}

    answer = planado.request("POST", "/clients", json=body, headers=LIBRARY_HEADERS)

    assert answer.json()["client_uuid"]
    assert planado.shown(answer.json()["client_uuid"])["contacts"] == []


def test_the_library_does_not_raise_the_dead(planado):
    body = {"organization": True, "organization_name": "ACME", "contacts": []}
    uuid = planado.created(**body)
    planado.delete(f"/clients/{uuid}")

    assert message_in(library_patch(planado, uuid, body), 404) == "Not found"
    assert planado.listed() == []


# The field workers' app: bodies of bare text, brackets that nobody encoded.


def test_the_app_sends_text_and_means_json(planado):
    uuid = planado.created(organization=False, first_name="Ann")

    answer = planado.request(
        "PATCH",
        f"/clients/{uuid}",
        content=b'{"last_name": "van Dyck"}',
        headers={"Content-Type": "text/plain; charset=utf-8"},
    )

    assert answer.status_code == 200
    assert planado.shown(uuid)["name"] == "Ann van Dyck"


@pytest.mark.parametrize("brackets", ["[after]", "%5Bafter%5D"])
def test_the_app_asks_for_what_is_new_since_a_moment(planado, clock, brackets):
    planado.created(organization=False, first_name="Old")
    since = clock.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    clock.tick(seconds=1)
    planado.created(organization=False, first_name="New")

    seen = planado.listed(f"updated_at{brackets}={since}")

    assert [client["name"] for client in seen] == ["New"]


# The exporter: an organization in the fewest words, as it stands within its jobs.


def test_the_exporter_creates_an_organization_from_two_keys(planado):
    answer = planado.post("/clients", json={"organization": True, "organization_name": "ACME"})

    shown = planado.shown(answer.json()["client_uuid"])
    assert (shown["name"], shown["contacts"], shown["site_address"]) == ("ACME", [], None)


def test_a_scripts_whole_sync_is_slowed_down_and_loses_nothing(store, account):
    """It takes an answer that is no JSON for "wait and ask again", as the vendor's 429 is."""
    environment = {"GATEWAY_PLANADO_RATE_LIMIT": "600", "GATEWAY_PLANADO_RATE_CAPACITY": "2"}
    app = create_app(store, Settings(environment=environment))
    _, key = store.create_token(CreateToken(account=account.name, dialect="planado"))
    planado, refused = Planado(TestClient(app), str(key)), 0

    for n in range(12):
        body = {"organization": False, "first_name": f"Customer {n}"}
        while not is_json(planado.post("/clients", json=body)):
            refused += 1
    while not is_json(answer := planado.get("/clients?limit=100")):
        refused += 1

    assert refused > 0
    names = [client["name"] for client in answer.json()["clients"]]
    assert names == [f"Customer {n}" for n in reversed(range(12))]


def is_json(answer):
    return answer.text.startswith("{")
