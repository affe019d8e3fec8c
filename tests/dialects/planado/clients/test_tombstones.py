"""Deleted clients for callers that poll: `?deleted=true`, an extension of the original API."""

import pytest

from tests.dialects.planado.answer_checks import MOMENT, error_at

ACME = {"organization": True, "organization_name": "ACME"}


def gone(planado, query=""):
    answer = planado.get(f"/clients?deleted=true&{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["clients"]


@pytest.fixture
def deleted(planado):
    uuid = planado.created(**ACME, external_id="42")
    planado.delete(f"/clients/{uuid}")
    return uuid


def test_a_deleted_client_is_told_of_by_its_keys_and_the_time(planado, deleted):
    [stone] = gone(planado)

    assert list(stone) == ["uuid", "external_id", "deleted_at", "merged_into"]
    assert (stone["uuid"], stone["external_id"], stone["merged_into"]) == (deleted, "42", None)
    assert MOMENT.fullmatch(stone["deleted_at"])


def test_living_clients_are_not_told_of(planado, deleted):
    planado.created(**ACME)

    assert [stone["uuid"] for stone in gone(planado)] == [deleted]


@pytest.mark.parametrize("value", ["", "false"])
def test_without_the_word_the_list_is_as_ever(planado, deleted, value):
    alive = planado.created(**ACME)

    assert [client["uuid"] for client in planado.listed(f"deleted={value}")] == [alive]


@pytest.mark.parametrize("value", ["yes", "True", "1", "null"])
def test_another_word_is_refused_lest_the_living_pass_for_dead(planado, value):
    answer = planado.get(f"/clients?deleted={value}")

    assert error_at(answer, "deleted") == "must be true or false"


def test_a_poll_from_its_last_time_on_sees_only_what_is_new(planado, clock):
    first, second = (planado.created(**ACME) for _ in range(2))
    planado.delete(f"/clients/{first}")
    [seen] = gone(planado)
    clock.tick(seconds=1)
    planado.delete(f"/clients/{second}")

    since = gone(planado, f"updated_at[after]={seen['deleted_at']}")
    until = gone(planado, f"updated_at[before]={since[0]['deleted_at']}")

    assert [stone["uuid"] for stone in since] == [second]
    assert [stone["uuid"] for stone in until] == [first]


def test_pages_follow_each_other_to_an_empty_one(planado):
    uuids = [planado.created(**ACME) for _ in range(5)]
    for uuid in uuids[::2] + uuids[1::2]:
        planado.delete(f"/clients/{uuid}")

    pages = [gone(planado, "limit=2")]
    while pages[-1]:
        pages.append(gone(planado, f"limit=2&after={pages[-1][-1]['uuid']}"))

    assert [s["uuid"] for page in pages for s in page] == uuids[::-1]
    assert [len(page) for page in pages] == [2, 2, 1, 0]


def test_a_restored_client_is_told_of_no_more(planado, deleted, ninja):
    [client] = ninja.listed()

    ninja.post("/clients/bulk", json={"action": "restore", "ids": [client["id"]]})

    assert gone(planado) == []
    assert planado.shown("42")["uuid"] == deleted


@pytest.mark.parametrize("was_deleted", [True, False])
def test_a_purged_client_is_still_told_of(planado, store, account, clock, was_deleted):
    uuid = planado.created(**ACME, external_id="42")
    if was_deleted:
        planado.delete(f"/clients/{uuid}")
    before = gone(planado)
    clock.tick(hours=1)

    store.purge_client(account.id, 1)

    [stone] = gone(planado)
    assert (stone["uuid"], stone["external_id"]) == (uuid, "42")
    assert before == ([stone] if was_deleted else [])
    assert stone["deleted_at"][11:13] == ("17" if was_deleted else "18")


def test_a_client_merged_into_another_is_told_of(planado, store, account):
    kept, merged = (planado.created(**ACME) for _ in range(2))

    store.merge_clients(account.id, 1, 2)

    assert [(stone["uuid"], stone["merged_into"]) for stone in gone(planado)] == [(merged, kept)]
    assert planado.shown(kept)["version"] == 2


def test_a_scan_goes_on_behind_a_client_that_was_purged_meanwhile(planado, store, account):
    oldest, middle, _newest = (planado.created(**ACME, external_id=f"{n}") for n in range(3))

    store.purge_client(account.id, 2)

    for cursor in (middle, "1"):
        assert [c["uuid"] for c in planado.listed(f"after={cursor}")] == [oldest]


def test_a_deletion_is_told_of_after_the_last_change_though_the_clock_was_set_back(planado, clock):
    uuid = planado.created(**ACME)
    seen = planado.shown(uuid)["updated_at"]
    clock.tick(seconds=-5)

    planado.delete(f"/clients/{uuid}")

    assert [stone["uuid"] for stone in gone(planado, f"updated_at[after]={seen}")] == [uuid]


def test_a_cursor_by_external_id_stands_where_its_newest_owner_stood(planado, store, account):
    planado.created(**ACME, external_id="x")
    planado.delete("/clients/x")
    between = planado.created(**ACME)
    planado.created(**ACME, external_id="x")
    store.purge_client(account.id, 3)

    assert [client["uuid"] for client in planado.listed("after=x")] == [between]


def test_pages_by_external_id_end_though_a_living_client_has_one_of_them(planado):
    for n in range(3):
        planado.created(**ACME, external_id=f"{n}")
    for n in range(3):
        planado.delete(f"/clients/{n}")
    planado.created(**ACME, external_id="1")

    pages = [gone(planado, "limit=1")]
    while pages[-1] and len(pages) < 9:
        pages.append(gone(planado, f"limit=1&after={pages[-1][-1]['external_id']}"))

    assert [stone["external_id"] for page in pages for stone in page] == ["2", "1", "0"]


def test_the_uuid_of_a_purged_client_is_nobody_s_external_id(planado, store, account):
    uuid = planado.created(**ACME)
    store.purge_client(account.id, 1)

    assert planado.patch(uuid, ACME).status_code == 404
    assert planado.listed() == []


def test_the_dead_of_another_account_are_not_told_of(deleted, stranger):
    assert gone(stranger) == []
    assert error_at(stranger.get(f"/clients?deleted=true&after={deleted}"), "after")
