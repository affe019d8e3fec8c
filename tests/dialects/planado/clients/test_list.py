"""The list: order, pages, cursors."""

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage.model.commands import CreateClient, ImportClient
from tests.dialects.planado.answer_checks import MISSING_UUID, error_at
from tests.support.api_callers import Planado


def create_organizations(planado, clock, *names):
    """Create one organization per name, a second apart, with the name as external id; return the
    uuids."""
    uuids = []
    for name in names:
        clock.tick(seconds=1)
        body = {"organization": True, "organization_name": name, "external_id": name}
        uuids.append(planado.created(**body))
    return uuids


def names_of_clients(clients):
    return [client["name"] for client in clients]


def scanned(planado, query=""):
    """Return the names of every page until the empty one, as callers read the list."""
    pages, page = [], planado.listed(query)
    while page:
        pages.append(names_of_clients(page))
        page = planado.listed(f"{query}&after={page[-1]['uuid']}")
    return pages


def test_clients_are_listed_from_newest_to_oldest(planado, clock):
    create_organizations(planado, clock, "a", "b", "c")

    assert names_of_clients(planado.listed()) == ["c", "b", "a"]


def test_a_change_does_not_move_a_client_in_the_list(planado, clock):
    first, *_ = create_organizations(planado, clock, "a", "b")
    clock.tick(seconds=1)
    planado.patch(first, {"organization_name": "A"})

    assert names_of_clients(planado.listed()) == ["b", "A"]


def test_clients_of_one_moment_are_listed_last_made_first(planado, store, account):
    store.create_clients(account.id, [CreateClient(organization_name=name) for name in "abcde"])

    assert len({client["created_at"] for client in planado.listed()}) == 1
    assert scanned(planado, "limit=2") == [["e", "d"], ["c", "b"], ["a"]]


def test_an_imported_client_stands_where_its_creation_puts_it(planado, clock, store, account):
    create_organizations(planado, clock, "a")
    old, _ = clock.now, clock.tick(days=1)
    create_organizations(planado, clock, "b")
    store.create_client(
        account.id, ImportClient(organization_name="between", created_at=old, updated_at=old)
    )

    assert names_of_clients(planado.listed()) == ["b", "between", "a"]


def test_an_empty_account_lists_nothing(planado):
    assert planado.listed() == []


def test_a_page_holds_twenty_unless_asked_otherwise(planado, clock):
    create_organizations(planado, clock, *(f"{n:02}" for n in range(21)))

    assert [len(page) for page in scanned(planado)] == [20, 1]


def test_the_page_size_is_a_setting(store, planado, clock):
    create_organizations(planado, clock, "a", "b", "c")
    settings = Settings(environment={"GATEWAY_PLANADO_PAGE_SIZE": "2"})
    http = TestClient(create_app(store, settings), raise_server_exceptions=False)

    assert scanned(Planado(http, planado.token)) == [["c", "b"], ["a"]]


def test_a_limit_is_a_page_size(planado, clock):
    create_organizations(planado, clock, "a", "b", "c")

    assert scanned(planado, "limit=1") == [["c"], ["b"], ["a"]]


def test_the_largest_limit_is_a_hundred(planado, clock):
    create_organizations(planado, clock, *(str(n) for n in range(101)))

    assert len(planado.listed("limit=100")) == 100


@pytest.mark.parametrize(
    "limit", ["", "0", "-1", "101", "1000000000", "many", "1.5", "%EF%BC%92", "1_0", "+2"]
)
def test_a_limit_that_makes_no_sense_is_ignored(planado, clock, limit):
    create_organizations(planado, clock, "a", "b", "c")

    assert names_of_clients(planado.listed(f"limit={limit}")) == ["c", "b", "a"]


def test_the_last_item_leads_to_the_next_page_until_an_empty_one(planado, clock):
    _, middle, _ = create_organizations(planado, clock, "a", "b", "c")

    assert names_of_clients(planado.listed(f"after={middle}")) == ["a"]
    assert scanned(planado, "limit=2") == [["c", "b"], ["a"]]


def test_an_external_id_is_as_good_a_cursor(planado, clock):
    create_organizations(planado, clock, "a", "b", "c")

    assert names_of_clients(planado.listed("after=b")) == ["a"]


@pytest.mark.parametrize("written", [str.upper, str.lower])
def test_a_cursor_is_a_uuid_in_any_case(planado, clock, written):
    _, middle, _ = create_organizations(planado, clock, "a", "b", "c")

    assert names_of_clients(planado.listed(f"after={written(middle)}")) == ["a"]


def test_a_cursor_that_is_deleted_meanwhile_keeps_its_place(planado, clock):
    _, middle, _ = create_organizations(planado, clock, "a", "b", "c")
    planado.delete(f"/clients/{middle}")

    assert names_of_clients(planado.listed(f"after={middle}")) == ["a"]
    assert names_of_clients(planado.listed("after=b")) == ["a"]


def test_the_external_id_of_a_deleted_cursor_may_belong_to_another_client_by_now(planado, clock):
    create_organizations(planado, clock, "a", "b", "c", "d")
    planado.delete("/clients/b")
    create_organizations(planado, clock, "b")

    assert names_of_clients(planado.listed("after=b")) == ["d", "c", "a"]


def test_clients_made_during_a_scan_do_not_disturb_it(planado, clock):
    create_organizations(planado, clock, "a", "b", "c", "d")
    page = planado.listed("limit=2")
    create_organizations(planado, clock, "e", "f")

    rest = planado.listed(f"limit=2&after={page[-1]['uuid']}")

    assert names_of_clients(page) + names_of_clients(rest) == ["d", "c", "b", "a"]


@pytest.mark.parametrize("after", ["", "nobody", MISSING_UUID, "%FF", "0", "%7B%7D", "a" * 9000])
def test_an_unknown_cursor_is_refused_and_never_the_end(planado, clock, after):
    create_organizations(planado, clock, "a")

    assert error_at(planado.get(f"/clients?after={after}"), "after")


def test_a_client_of_another_account_is_an_unknown_cursor(planado, clock, stranger):
    (foreign,) = create_organizations(stranger, clock, "foreign")

    assert error_at(planado.get(f"/clients?after={foreign}"), "after")
    assert error_at(planado.get("/clients?after=foreign"), "after")


def test_of_a_repeated_key_the_last_one_counts(planado, clock):
    create_organizations(planado, clock, "a", "b", "c")

    assert names_of_clients(planado.listed("after=c&limit=1&limit=2&after=b")) == ["a"]


def test_unknown_query_keys_are_ignored(planado, clock):
    create_organizations(planado, clock, "a", "b")

    assert names_of_clients(
        planado.listed("name=a&external_id=a&page=7&before=x&updated_at[on]=x")
    ) == [
        "b",
        "a",
    ]


def test_archived_clients_are_listed_and_deleted_ones_are_gone(planado, clock, ninja):
    create_organizations(planado, clock, "a", "b", "c")
    ids = {client["name"]: client["id"] for client in ninja.listed()}
    ninja.post("/clients/bulk", json={"action": "archive", "ids": [ids["a"]]})
    ninja.post("/clients/bulk", json={"action": "delete", "ids": [ids["b"]]})

    assert names_of_clients(planado.listed()) == ["c", "a"]


def test_a_trailing_slash_is_tolerated(planado, clock):
    create_organizations(planado, clock, "a")

    assert names_of_clients(planado.get("/clients/").json()["clients"]) == ["a"]
