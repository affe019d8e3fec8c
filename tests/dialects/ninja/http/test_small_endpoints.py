"""The small endpoints, the options of the envelope, and CORS preflight requests."""

import pytest

HEALTH_KEYS = [
    "system_health",
    "extensions",
    "php_version",
    "env_writable",
    "simple_db_check",
    "cache_enabled",
    "phantom_enabled",
    "exec",
    "open_basedir",
    "mail_mailer",
    "flutter_renderer",
    "pdf_engine",
    "queue",
    "queue_data",
    "jobs_pending",
    "trailing_slash",
    "file_permissions",
    "exchange_rate_api_not_configured",
    "api_version",
    "is_docker",
    "pending_migrations",
]


def test_ping_names_the_company(ninja, account):
    answer = ninja.get("/ping").json()

    assert list(answer) == ["company_name", "user_name"]
    assert answer["company_name"] == account.name


def test_a_ping_without_a_token_still_tells_the_version(http):
    answer = http.get("/api/v1/ping")

    assert answer.status_code == 403
    assert [part.isdigit() for part in answer.headers["x-app-version"].split(".")] == [True] * 3


def test_health_is_the_flat_object_of_the_original(ninja):
    answer = ninja.get("/health_check").json()

    assert list(answer) == HEALTH_KEYS
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
    assert answer["static"]["sizes"][0] == {"id": "1", "name": "1 - 3"}


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
