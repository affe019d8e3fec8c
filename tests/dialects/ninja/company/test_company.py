"""The account as a company: what programs read before they begin."""

import pytest

from dialects.ninja.clients.setting_types import SETTING_TYPES
from storage.model.commands import CreateToken
from tests.support.api_callers import Ninja


@pytest.fixture
def current(ninja):
    return ninja.post("/companies/current").json()["data"]


def test_the_company_has_what_the_account_has(current, account):
    settings = current["settings"]

    assert settings["name"] == account.name
    assert (settings["country_id"], settings["currency_id"]) == ("840", "1")
    assert current["created_at"] == current["updated_at"] == int(account.created_at.timestamp())
    assert current["portal_domain"] == "http://ninja.test:8000"


def test_the_company_has_the_keys_of_the_original_and_settings_of_its_types(current):
    kinds = {"bool": bool, "int": int, "string": str}
    settings = current["settings"]

    assert list(current)[:3] == ["id", "company_key", "update_products"]
    assert (len(current), len(settings)) == (93, 247)
    typed = {key: kinds[SETTING_TYPES[key]] for key in settings if SETTING_TYPES.get(key) in kinds}
    assert {key for key, kind in typed.items() if not isinstance(settings[key], kind)} == set()


def test_the_list_of_companies_has_the_account_only(ninja, stranger, current):
    answer = ninja.get("/companies").json()

    assert answer["data"] == [current]
    assert answer["meta"]["pagination"]["total"] == 1
    assert stranger.get("/companies").json()["data"][0]["company_key"] != current["company_key"]


def test_a_company_is_shown_to_its_account_only(ninja, stranger, current):
    shown = ninja.get(f"/companies/{current['id']}")
    foreign = stranger.get(f"/companies/{current['id']}")
    missing = ninja.get("/companies/zzzzzzzzzz")

    assert shown.json()["data"] == current
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()


def test_a_company_without_its_envelope_has_sorted_keys(ninja, current):
    answer = ninja.post("/companies/current?index=none").json()

    assert answer == current
    assert list(answer) == sorted(current)


def test_the_key_of_a_company_stays(ninja, current):
    again = ninja.post("/companies/current").json()["data"]

    assert again["company_key"] == current["company_key"]
    assert len(current["company_key"]) == 32


def test_the_one_user_is_the_owner_of_all_clients(ninja, account):
    made = ninja.created(name="Acme")

    [user] = ninja.get("/users").json()["data"]

    assert user["id"] == made["user_id"]
    assert (user["first_name"], user["last_name"], user["email"]) == (account.name, "", "")
    assert len(user) == 26


def test_the_asking_token_is_shown_without_its_text(store, http, account):
    store.create_token(CreateToken(account=account.name, dialect="ninja", label="another"))
    command = CreateToken(account=account.name, dialect="ninja", label="till")
    _, secret = store.create_token(command)

    answer = Ninja(http, str(secret)).get("/tokens")

    [shown] = answer.json()["data"]
    assert (shown["name"], shown["token"]) == ("till", "x" * 21)
    assert str(secret)[:4] not in answer.text


def test_payment_terms_and_statuses_of_tasks_are_those_of_a_fresh_company(ninja):
    terms = ninja.get("/payment_terms").json()
    statuses = ninja.get("/task_statuses").json()

    assert [row["num_days"] for row in terms["data"]] == [0, 7, 10, 14, 15, 30, 60, 90]
    assert [row["status_order"] for row in statuses["data"]] == [1, 2, 3, 4]
    assert terms["data"][0]["id"] == "VolejRejNm"
    assert terms["meta"]["pagination"]["total"] == 8


def test_rows_that_nobody_can_change_come_in_pages(ninja):
    answer = ninja.get("/payment_terms?per_page=3&page=3").json()

    pagination = answer["meta"]["pagination"]
    assert [row["name"] for row in answer["data"]] == ["Net 60", "Net 90"]
    assert (pagination["count"], pagination["total_pages"]) == (2, 3)
    assert list(pagination["links"]) == ["previous"]


@pytest.mark.parametrize("path", ["/companies/current", "/search"])
def test_a_token_that_only_reads_may_post_what_only_reads(reader, path):
    assert reader.post(path, json={}).status_code == 200
