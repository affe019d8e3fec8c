"""The small endpoints, the options of the envelope, and CORS preflight requests."""

import pytest

from dialects.ninja.reference.tables import INDUSTRIES, LOCALES, SIZES

TABLES = [
    "industries",
    "countries",
    "payment_types",
    "languages",
    "currencies",
    "sizes",
    "datetime_formats",
    "gateways",
    "timezones",
    "date_formats",
    "templates",
    "bulk_updates",
]


def test_ping_names_the_company(ninja, account):
    answer = ninja.get("/ping").json()

    assert list(answer) == ["company_name", "user_name"]
    assert answer["company_name"] == account.name


def test_a_ping_without_a_token_still_tells_the_version(http):
    answer = http.get("/api/v1/ping")

    assert answer.status_code == 403
    assert [part.isdigit() for part in answer.headers["x-app-version"].split(".")] == [True] * 3


def test_the_tables_are_whole_and_their_ids_are_texts(ninja):
    tables = ninja.get("/statics").json()

    assert list(tables) == TABLES
    sizes = {name: len(tables[name]) for name in TABLES[:6]}
    assert sizes == {
        "industries": 33,
        "countries": 249,
        "payment_types": 0,
        "languages": 41,
        "currencies": 123,
        "sizes": 6,
    }
    codes = {c["id"]: (c["iso_3166_2"], c["iso_3166_3"]) for c in tables["countries"]}
    assert codes["276"] == ("DE", "DEU")
    assert {"id": "3", "name": "German", "locale": "de"} in tables["languages"]


def test_the_names_of_the_tables_match_their_numbers():
    assert (len(INDUSTRIES), len(SIZES), len(LOCALES)) == (33, 6, 41)
    assert (INDUSTRIES[1], INDUSTRIES[33]) == ("Accounting & Legal", "Restaurant & Catering")


def test_health_is_a_flat_object(ninja):
    answer = ninja.get("/health_check").json()

    assert answer["system_health"] is True
    assert answer["queue_data"] == {"failed": 0, "pending": 0, "last_error": ""}


def test_index_renames_the_data(ninja):
    made = ninja.created(name="Acme")

    one = ninja.get(f"/clients/{made['id']}?index=client").json()
    many = ninja.get("/clients?index=clients").json()

    assert one == {"client": made}
    assert list(many) == ["clients", "meta"]
    assert many["clients"] == [made]


def test_index_none_drops_the_wrapping(ninja):
    made = ninja.created(name="Acme")

    one = ninja.get(f"/clients/{made['id']}?index=none").json()

    assert one == made
    assert list(one) == sorted(made)
    assert ninja.get("/clients?index=none").json() == [made]


@pytest.mark.parametrize("word", ["true", "1", "on"])
def test_the_tables_come_with_an_answer_when_asked_for(ninja, word):
    answer = ninja.get(f"/clients?include_static={word}").json()

    assert list(answer) == ["data", "meta", "static"]
    assert list(answer["static"]) == TABLES


@pytest.mark.parametrize("path", ["/clients", "/clients/x", "/nowhere"])
def test_a_browser_may_ask_beforehand_without_a_token(http, path):
    answer = http.request("OPTIONS", f"/api/v1{path}")

    assert (answer.status_code, answer.text) == (200, "OK")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "POST, GET, OPTIONS, PUT, DELETE"
    assert "X-API-TOKEN" in answer.headers["access-control-allow-headers"]


def test_a_head_tells_what_a_get_would(ninja):
    ninja.created(name="Acme")

    head, get = ninja.request("HEAD", "/clients"), ninja.get("/clients")

    assert head.status_code == 200
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("name", ["meta", "static"])
def test_a_name_that_is_taken_does_not_replace_the_data(ninja, name):
    made = ninja.created(name="Acme")

    answer = ninja.get(f"/clients?index={name}&include_static=1").json()

    assert answer["data"] == [made]


def test_an_answer_to_a_change_is_never_an_outline(ninja):
    made = ninja.created(name="Acme")

    changed = ninja.put(made["id"], {"filter_details": "true", "city": "Bonn"})

    assert changed["city"] == "Bonn"
