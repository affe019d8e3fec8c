"""Lists of client groups: pages, filters, and bulk actions."""

import pytest

from tests.dialects.ninja.steps import group_of


def test_groups_are_found_by_a_part_of_their_name(ninja):
    for name in ("Gold", "Golden", "Silver"):
        group_of(ninja, name=name)

    found = ninja.get("/group_settings?filter=GOLD&per_page=1").json()

    assert [g["name"] for g in found["data"]] == ["Gold"]
    assert found["meta"]["pagination"]["total"] == 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("sort=name|asc", ["alpha", "Beta", "gamma"]),
        ("sort=name|desc", ["gamma", "Beta", "alpha"]),
        ("sort=id|desc", ["gamma", "alpha", "Beta"]),
        ("sort=name", ["Beta", "alpha", "gamma"]),
        ("sort=nothing|desc", ["Beta", "alpha", "gamma"]),
        ("sort[]=name|asc", ["Beta", "alpha", "gamma"]),
        ("filter=ALPHA", ["alpha"]),
        ("name=et", ["Beta"]),
        ("filter=", ["Beta", "alpha", "gamma"]),
        ("status=active", ["Beta"]),
        ("status=archived", ["alpha"]),
        ("status=archived,deleted", ["alpha", "gamma"]),
        ("is_deleted=true", ["gamma"]),
        ("with_trashed=false", ["Beta", "alpha"]),
        ("per_page=-2", ["Beta", "alpha"]),
        ("per_page=1&page=2", ["alpha"]),
    ],
)
def test_a_list_of_groups_is_filtered_sorted_and_paged(ninja, query, names):
    ids = {name: group_of(ninja, name=name)["id"] for name in ("Beta", "alpha", "gamma")}
    post_group_action(ninja, "archive", ids["alpha"])
    post_group_action(ninja, "delete", ids["gamma"])

    found = ninja.get(f"/group_settings?{query}").json()["data"]

    assert [group["name"] for group in found] == names


def test_pages_of_groups_link_to_each_other(ninja):
    for name in ("One", "Two", "Three"):
        group_of(ninja, name=name)

    first = ninja.get("/group_settings?per_page=2").json()["meta"]["pagination"]

    assert first["links"]["next"].endswith("/group_settings?per_page=2&page=2")


def post_group_action(speaker, action, *ids, query=""):
    body = {"action": action, "ids": ids}
    answer = speaker.post(f"/group_settings/bulk{query}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_groups_are_archived_deleted_and_restored_in_bulk(ninja):
    one, two, other = [group_of(ninja, name=name) for name in ("One", "Two", "Other")]
    ids = two["id"], one["id"]

    archived = post_group_action(ninja, "archive", *ids)
    deleted = post_group_action(ninja, "delete", *ids)
    restored = post_group_action(ninja, "restore", *ids)

    assert [(g["is_deleted"], g["archived_at"] > 0) for g in archived] == [(False, True)] * 2
    assert [(g["is_deleted"], g["archived_at"] > 0) for g in deleted] == [(True, True)] * 2
    assert restored == [one, two]
    assert ninja.get("/group_settings").json()["data"] == [one, two, other]


def test_a_page_of_moved_groups_says_that_it_has_twenty_even_of_one(ninja):
    body = {"action": "archive", "ids": [group_of(ninja, name="One")["id"]]}

    answer = ninja.post("/group_settings/bulk", json=body).json()

    assert answer["meta"]["pagination"]["per_page"] == 20


def test_a_page_of_moved_groups_has_all_of_them_or_as_many_as_asked_for(ninja):
    ids = [group_of(ninja, name=str(n))["id"] for n in range(21)]

    assert len(post_group_action(ninja, "archive", *ids)) == 21
    assert [
        g["name"] for g in post_group_action(ninja, "archive", *ids, query="?per_page=2&page=2")
    ] == [
        "2",
        "3",
    ]


@pytest.mark.parametrize("action", ["assign_group", "bulk_update", "explode"])
def test_an_action_that_groups_do_not_know_is_refused(ninja, action):
    body = {"action": action, "ids": [group_of(ninja, name="Gold")["id"]]}

    errors = ninja.post("/group_settings/bulk", json=body).json()["errors"]

    assert errors == {"action": ["The selected action is invalid."]}


@pytest.mark.parametrize("unknown", ["nonsense", "VWPe9xdLyw", "{foreign}"])
def test_one_unknown_group_refuses_the_whole_request(ninja, stranger, unknown):
    group = group_of(ninja, name="Gold")
    foreign = [group_of(stranger, name=name) for name in ("One", "Two")][-1]
    ids = [group["id"], unknown.format(foreign=foreign["id"])]

    answer = ninja.post("/group_settings/bulk", json={"action": "delete", "ids": ids})

    assert answer.json()["errors"] == {"ids": ["The selected ids is invalid."]}
    assert ninja.get(f"/group_settings/{group['id']}").json()["data"] == group
    assert stranger.get(f"/group_settings/{foreign['id']}").json()["data"] == foreign
