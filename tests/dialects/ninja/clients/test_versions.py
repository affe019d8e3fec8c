"""The version of the original that answers look like: what is shown, never what is done."""

import pytest
from starlette.testclient import TestClient

from dialects.ninja.clients import translate
from dialects.ninja.clients.versions import (
    CLIENT_FIELDS,
    DEFAULT_VERSION,
    DOCUMENT_FIELDS,
    version_of,
)
from gateway.app import create_app
from gateway.settings import Settings
from storage.model.errors import Invalid
from tests.support.api_callers import Ninja

FIELDS = {
    "5.3.0": (44, 19),
    "5.3.13": (44, 19),
    "5.5.50": (44, 19),
    "5.5.85": (44, 19),
    "5.5.86": (45, 19),
    "5.5.103": (47, 19),
    "5.5.124": (48, 19),
    "5.6.20": (48, 19),
    "5.6.21": (49, 19),
    "5.6.28": (49, 20),
    "5.7.12": (50, 20),
    "5.8.31": (50, 21),
    "5.8.57": (50, 21),
    "5.9.0": (51, 21),
    "5.10.17": (51, 21),
    "5.10.42": (51, 21),
    "5.13.0": (51, 21),
}
"""How many fields a client and a document have."""
FILE = {"documents[]": ("a.csv", b"name,city\nAcme,Bonn\n", "text/csv")}


@pytest.fixture
def caller_of(store, ninja):
    """Return a caller of another gateway over the same store, which looks like a version."""

    def caller(version: str) -> Ninja:
        settings = Settings(environment={"GATEWAY_NINJA_VERSION": version})
        return Ninja(TestClient(create_app(store, settings), "http://ninja.test:8000"), ninja.token)

    return caller


@pytest.fixture
def made(ninja):
    """A client with a document, made through a gateway of the default version."""
    client = ninja.created(name="Acme", classification="business", routing_id="r1")
    ninja.request("PUT", f"/clients/{client['id']}/upload", files=FILE)
    return ninja.shown(client["id"])


@pytest.mark.parametrize("version", FIELDS)
def test_a_version_shows_the_fields_that_it_had(caller_of, made, version):
    shown = caller_of(version).shown(made["id"])

    assert (len(shown), len(shown["documents"][0])) == FIELDS[version]
    hidden = set(CLIENT_FIELDS) - set(shown)
    assert shown | {"documents": 0} == {k: v for k, v in made.items() if k not in hidden} | {
        "documents": 0
    }


@pytest.mark.parametrize(
    "path",
    [
        "/clients/{id}",
        "/clients/{id}?include=group_settings",
        "/clients/{id}?index=none",
        "/clients",
        "/clients?per_page=5&page=1",
        "/clients?status=active&filter=acme",
        "/clients?filter_details=true",
        "/clients/create",
    ],
)
def test_no_answer_shows_a_field_that_the_version_did_not_have(caller_of, made, path):
    answer = caller_of("5.3.13").get(path.format(**made))

    [client] = clients_in(answer.json())
    assert len(client) == 44
    assert not set(CLIENT_FIELDS) & set(client)
    assert not any(set(DOCUMENT_FIELDS) & set(document) for document in client["documents"])


def clients_in(answer):
    data = answer.get("data", answer)
    return data if isinstance(data, list) else [data]


def test_an_answer_to_a_write_shows_the_fields_of_the_version(caller_of, made):
    caller, path = caller_of("5.5.124"), f"/clients/{made['id']}"

    answers = [
        caller.post("/clients", json={"name": "Globex"}).json()["data"],
        caller.put(made["id"], {"city": "Bonn"}),
        caller.post("/clients/bulk", json={"action": "archive", "ids": [made["id"]]}).json()[
            "data"
        ][0],
        caller.request("PUT", f"{path}/upload", files=FILE).json()["data"],
        caller.delete(path).json()["data"],
    ]

    assert {len(client) for client in answers} == {48}


def test_a_document_on_its_own_shows_the_fields_of_the_version(caller_of, made):
    caller, document_id = caller_of("5.5.124"), made["documents"][0]["id"]

    one = caller.get(f"/documents/{document_id}").json()["data"]
    [listed] = caller.get("/documents").json()["data"]
    [owned] = caller.post(f"/clients/{made['id']}/documents").json()["data"]
    changed = caller.request("PUT", f"/documents/{document_id}", json={"is_public": "0"})

    assert one == listed == owned == changed.json()["data"] | {"updated_at": one["updated_at"]}
    assert len(one) == 19


def test_a_field_that_is_not_shown_is_written_all_the_same(caller_of, ninja, made):
    shown = caller_of("5.3.13").put(made["id"], {"classification": "trust", "routing_id": "r2"})

    assert not {"classification", "routing_id"} & set(shown)
    assert ninja.shown(made["id"])["classification"] == "trust"
    assert ninja.shown(made["id"])["routing_id"] == "r2"


def test_gateways_of_two_versions_over_one_store_share_no_answer(caller_of, ninja, made):
    versions = {"5.10.17": ninja, "5.3.13": caller_of("5.3.13"), "5.8.57": caller_of("5.8.57")}
    paths = (f"/clients/{made['id']}", "/clients", "/clients?per_page=7")

    for _ in range(3):
        for version, caller in versions.items():
            shown = [clients_in(caller.get(path).json())[0] for path in paths]
            assert [len(client) for client in shown] == [FIELDS[version][0]] * 3


@pytest.mark.parametrize(
    ("version", "links"), [("5.3.13", []), ("5.6.999", []), ("5.7.0", {}), ("5.10.17", {})]
)
@pytest.mark.parametrize("path", ["/clients", "/clients?status=active", "/invoices", "/documents"])
def test_a_page_without_neighbours_has_the_links_of_the_version(caller_of, version, links, path):
    answer = caller_of(version).get(path).json()

    assert answer["meta"]["pagination"]["links"] == links


def test_a_page_with_neighbours_has_the_same_links_in_all_versions(caller_of, ninja):
    for name in ("Ash", "Birch", "Cedar"):
        ninja.created(name=name)

    pages = [
        caller.get("/clients?per_page=1&page=2").json()["meta"]
        for caller in (ninja, caller_of("5.3.13"))
    ]

    assert pages[0] == pages[1]
    assert list(pages[0]["pagination"]["links"]) == ["previous", "next"]


@pytest.mark.parametrize("path", ["/clients", "/clients/zzzzzzzzzz", "/nothing", "/statics"])
def test_every_answer_names_the_version(caller_of, path):
    answer = caller_of("5.5.124").get(path)

    assert answer.headers["x-app-version"] == "5.5.124"
    assert answer.headers["x-minimum-client-version"] == "5.0.16"


def test_a_refusal_and_a_health_check_name_the_version(caller_of):
    caller = caller_of("5.5.124")

    refused = caller.http.get("/api/v1/clients")

    assert (refused.status_code, refused.headers["x-app-version"]) == (403, "5.5.124")
    assert caller.get("/health_check").json()["api_version"] == "5.5.124"


def test_the_default_version_is_that_of_the_behaviour(ninja):
    assert ninja.get("/clients").headers["x-app-version"] == DEFAULT_VERSION == "5.10.17"


def test_a_version_with_all_fields_costs_no_rendering_anything():
    shown = version_of(DEFAULT_VERSION).translations()

    assert shown.client is translate.client
    assert shown.document is translate.document


@pytest.mark.parametrize(
    "version", ["", "5", "5.10", "5.2.99", "4.5.50", "6.0.1", "v5.10.17", "5.10.17\n", "newest"]
)
def test_a_version_that_never_was_stops_the_start_with_a_sentence(store, version):
    settings = Settings(environment={"GATEWAY_NINJA_VERSION": version})

    with pytest.raises(Invalid) as refused:
        create_app(store, settings)

    [problem] = refused.value.problems
    assert problem.path == ("GATEWAY_NINJA_VERSION",)
    assert problem.message == "must be a version of Invoice Ninja from 5.3.0 on, as 5.10.17"
