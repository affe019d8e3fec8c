"""The client list: its envelope, its pages, their links, and the relations to include."""

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from tests.dialects.ninja.steps import import_client, names_of_records, pagination
from tests.support.api_callers import Ninja

URL = "http://ninja.test:8000/api/v1/clients"


@pytest.fixture
def five(ninja):
    return [ninja.created(name=name) for name in "ABCDE"]


def test_an_empty_list_has_one_page(ninja):
    answer = ninja.get("/clients")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "data": [],
        "meta": {
            "pagination": {
                "total": 0,
                "count": 0,
                "per_page": 20,
                "current_page": 1,
                "total_pages": 1,
                "links": {},
            }
        },
    }


def test_the_envelope_keeps_its_order(ninja, five):
    body = ninja.get("/clients").json()

    assert list(body) == ["data", "meta"]
    assert list(body["meta"]) == ["pagination"]
    assert list(body["meta"]["pagination"]) == [
        "total",
        "count",
        "per_page",
        "current_page",
        "total_pages",
        "links",
    ]


def test_a_listed_client_is_the_shown_one(ninja):
    client = ninja.created(name="Acme", contacts=[{"email": "a@b"}])

    assert ninja.listed() == [client] == [ninja.shown(client["id"])]


def test_clients_of_every_state_are_listed_in_the_order_of_their_birth(ninja, five):
    ninja.post("/clients/bulk", json={"action": "archive", "ids": [five[1]["id"]]})
    ninja.delete(f"/clients/{five[3]['id']}")

    assert names_of_records(ninja.listed()) == ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize(
    ("query", "shown", "pages"),
    [
        ("per_page=2", "AB", 3),
        ("per_page=2&page=2", "CD", 3),
        ("per_page=2&page=3", "E", 3),
        ("per_page=2&page=4", "", 3),
        ("per_page=5", "ABCDE", 1),
        ("per_page=1&page=5", "E", 5),
        ("page=1", "ABCDE", 1),
        ("per_page=2&sort=name|desc", "ED", 3),
    ],
)
def test_a_page_holds(ninja, five, query, shown, pages):
    body = ninja.get(f"/clients?{query}").json()

    at = body["meta"]["pagination"]
    assert names_of_records(body["data"]) == list(shown)
    assert (at["total"], at["count"], at["total_pages"]) == (5, len(shown), pages)


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ("1", 1),
        ("20", 20),
        ("-5", 5),
        ("1e3", 1000),
        ("4999", 4999),
        ("5000", 5000),
        ("5001", 5000),
        ("1000000", 5000),
        ("1000000000", 5000),
        ("9" * 20, 5000),
        ("3abc", 3),
        ("abc", 20),
        ("", 20),
    ],
)
def test_a_page_size_counts_without_its_sign_and_up_to_the_largest(ninja, given, size):
    assert pagination(ninja, f"per_page={given}")["per_page"] == size


@pytest.mark.parametrize(
    "given", ["", "0", "-1", "x", "2.5", "1e1", "%EF%BC%99", "1_0", "[]", "--1"]
)
def test_what_is_no_page_is_the_first(ninja, given):
    assert pagination(ninja, f"page={given}")["current_page"] == 1


@pytest.mark.parametrize("query", ["per_page[]=3", "page[a]=3", "page[]=2&page[]=3"])
def test_a_list_where_one_value_belongs_is_no_error(ninja, five, query):
    at = pagination(ninja, query)

    assert (at["per_page"], at["current_page"]) == (20, 1)


@pytest.mark.parametrize(
    ("page", "links"),
    [
        (1, {"next": f"{URL}?per_page=2&page=2"}),
        (2, {"previous": f"{URL}?per_page=2&page=1", "next": f"{URL}?per_page=2&page=3"}),
        (3, {"previous": f"{URL}?per_page=2&page=2"}),
        (9, {"previous": f"{URL}?per_page=2&page=8"}),
    ],
)
def test_links_lead_to_the_pages_around(ninja, five, page, links):
    at = pagination(ninja, f"per_page=2&page={page}")

    assert at["current_page"] == page
    assert at["links"] == links


def test_following_the_links_meets_every_client_once(ninja, five):
    met, url = [], "/clients?per_page=2"
    while url:
        body = ninja.get(url).json()
        met += names_of_records(body["data"])
        links = body["meta"]["pagination"]["links"]
        url = links["next"].removeprefix("http://ninja.test:8000/api/v1") if "next" in links else ""

    assert met == ["A", "B", "C", "D", "E"]


def test_links_lead_to_the_address_that_the_operator_made_known(store, account, ninja, five):
    settings = Settings(environment={"GATEWAY_NINJA_PUBLIC_URL": "https://clients.example"})
    http = TestClient(create_app(store, settings))

    links = pagination(Ninja(http, ninja.token), "per_page=4")["links"]

    assert links == {"next": "https://clients.example/api/v1/clients?per_page=4&page=2"}


def test_links_stay_at_the_address_that_was_asked(elsewhere):
    for name in "AB":
        elsewhere.created(name=name)

    links = pagination(elsewhere, "per_page=1")["links"]

    assert links == {"next": "http://ninja.test:8000/v1/api/clients?per_page=1&page=2"}


def test_only_the_callers_own_clients_are_listed(ninja, stranger, five):
    foreign = stranger.created(name="Foreign")

    assert names_of_records(ninja.listed()) == ["A", "B", "C", "D", "E"]
    assert stranger.listed() == [foreign]
    assert stranger.get(f"/clients?with={five[0]['id']}").json()["data"] == [foreign]


RELATIONS = """
    contacts documents gateway_tokens activities ledger system_logs group_settings invoices quotes
    credits payments tasks projects expenses recurring_invoices recurring_expenses company user
    assigned_user country shipping_country industry size primary_contact company_ledger
    purgeable_activities activities.history contacts,documents,gateway_tokens
"""


@pytest.mark.parametrize("include", RELATIONS.split())
def test_a_real_relation_may_be_asked_for(ninja, include):
    client = ninja.created(name="Acme")

    listed = ninja.listed(f"include={include}")

    assert [c["id"] for c in listed] == [client["id"]]


@pytest.mark.parametrize(
    ("include", "unknown"),
    [
        ("foo", "foo"),
        ("clients", "clients"),
        ("contacts,foo", "foo"),
        ("contacts,%20documents", " documents"),
        ("contacts.foo", "foo"),
    ],
)
def test_an_unknown_relation_is_refused_on_a_list(ninja, include, unknown):
    answer = ninja.get(f"/clients?include={include}")

    assert answer.status_code == 400
    assert answer.json() == {"message": f"Relation `{unknown}` is not a valid include."}


@pytest.mark.parametrize("include", ["Contacts", ",", "contacts.client", "activities.history"])
def test_a_relation_is_known_in_any_case_and_with_relations_of_its_own(ninja, include):
    assert ninja.get(f"/clients?include={include}").status_code == 200


@pytest.mark.parametrize("path", ["/clients?", "/clients/{}?", "/clients/{}/edit?"])
@pytest.mark.parametrize(
    ("include", "added"),
    [
        ("activities", {"activities": []}),
        ("activities.history,ledger", {"activities": [], "ledger": []}),
        ("system_logs,contacts", {"system_logs": []}),
    ],
)
def test_a_relation_that_has_nothing_here_is_an_empty_list(ninja, path, include, added):
    client = ninja.created(name="Acme")

    shown = ninja.get(f"{path.format(client['id'])}include={include}").json()["data"]

    assert shown in (client | added, [client | added])


def test_a_parameter_that_is_added_again_is_in_a_link_once(ninja, five):
    query = "per_page=1&sort=name%7Casc&per_page=1&sort=name%7Casc&name[]=x&name[]=y"
    links = ninja.get(f"/clients?{query}").json()["meta"]["pagination"]["links"]

    expected = "per_page=1&sort=name%7Casc&name%5B%5D=x&name%5B%5D=y&page=2"
    assert links["next"].partition("?")[2] == expected


@pytest.mark.parametrize("path", ["/clients/{}", "/clients/{}/edit"])
@pytest.mark.parametrize("include", ["foo", "contacts,%20documents", "invoices", "contacts"])
def test_any_relation_may_be_asked_for_on_an_item(ninja, path, include):
    client = ninja.created(name="Acme")

    answer = ninja.get(path.format(client["id"]) + f"?include={include}")

    assert answer.json() == {"data": client}


def test_the_front_ends_own_query_works(ninja, five):
    query = "include=group_settings&per_page=10&page=1&filter=&status=active&sort=name|asc"

    assert names_of_records(ninja.listed(query)) == ["A", "B", "C", "D", "E"]


def test_a_list_of_imported_clients_shows_their_times(ninja, store, account, clock):
    import_client(store, account, "Acme", created_at=clock.now, archived_at=clock.now)

    [client] = ninja.listed()

    assert client["created_at"] == client["archived_at"] == int(clock.now.timestamp())
