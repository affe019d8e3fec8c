"""Groups of clients: made, listed, changed, given to clients, and shown with them."""

import pytest

MISSING = {"message": "No query results for model [App\\Models\\GroupSetting]."}
KEYS = [
    "id",
    "name",
    "settings",
    "created_at",
    "updated_at",
    "archived_at",
    "is_deleted",
    "documents",
]


def made(speaker, **fields):
    answer = speaker.post("/group_settings", json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_a_group_reads_back_with_its_settings(ninja):
    group = made(ninja, name="Gold", settings={"currency_id": "3"})

    assert list(group) == KEYS
    assert group["settings"] == {"entity": "App\\Models\\Client", "currency_id": "3"}
    assert ninja.get(f"/group_settings/{group['id']}").json()["data"] == group
    listed = ninja.get("/group_settings").json()
    assert listed["data"] == [group]
    assert listed["meta"]["pagination"]["total"] == 1


def test_a_name_is_required_and_unique_whatever_its_case(ninja):
    made(ninja, name="Gold")

    missing = ninja.post("/group_settings", json={}).json()["errors"]
    taken = ninja.post("/group_settings", json={"name": "GOLD"}).json()["errors"]

    assert missing == {"name": ["The name field is required."]}
    assert taken == {"name": ["The name has already been taken."]}


def test_a_group_changes_and_goes(ninja):
    group = made(ninja, name="Gold")
    path = f"/group_settings/{group['id']}"

    changed = ninja.request("PUT", path, json={"name": "Silver"}).json()["data"]
    gone = ninja.delete(path).json()["data"]

    assert (changed["name"], changed["settings"]) == ("Silver", group["settings"])
    assert gone["is_deleted"] is True
    assert gone["archived_at"] > 0


def test_groups_are_found_by_a_part_of_their_name(ninja):
    for name in ("Gold", "Golden", "Silver"):
        made(ninja, name=name)

    found = ninja.get("/group_settings?filter=GOLD&per_page=1").json()

    assert [g["name"] for g in found["data"]] == ["Gold"]
    assert found["meta"]["pagination"]["total"] == 2


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_group_of_another_account_is_missing(ninja, stranger, method):
    made(stranger, name="One")
    foreign = made(stranger, name="Two")["id"]

    for group_id in (foreign, "nonsense"):
        answer = ninja.request(method, f"/group_settings/{group_id}", json={"name": "x"})
        assert (answer.status_code, answer.json()) == (404, MISSING)
    assert stranger.get(f"/group_settings/{foreign}").json()["data"]["name"] == "Two"


def test_a_client_is_shown_with_its_group_only_when_asked(ninja):
    group = made(ninja, name="Gold")
    inside = ninja.created(name="In", group_settings_id=group["id"])
    ninja.created(name="Out")

    item = ninja.get(f"/clients/{inside['id']}?include=group_settings").json()["data"]
    listed = ninja.listed("include=group_settings&sort=id|asc")

    assert item["group_settings"] == group
    assert [c.get("group_settings") for c in listed] == [group, None]
    assert "group_settings" not in listed[1]
    assert "group_settings" not in ninja.shown(inside["id"])


def test_a_new_client_takes_the_currency_of_its_group_unless_it_brings_one(ninja):
    group = made(ninja, name="Gold", settings={"currency_id": "3"})["id"]

    plain = ninja.created(group_settings_id=group)
    own = ninja.created(group_settings_id=group, settings={"currency_id": "12"})

    assert plain["settings"]["currency_id"] == "3"
    assert own["settings"]["currency_id"] == "12"


def bulk(speaker, **body):
    return speaker.post("/clients/bulk", json=body)


def test_a_group_is_assigned_in_bulk(ninja):
    group = made(ninja, name="Gold")["id"]
    ids = [ninja.created(name=str(n))["id"] for n in range(3)]

    answer = bulk(ninja, action="assign_group", ids=ids[:2], group_settings_id=group)

    assert [c["group_settings_id"] for c in answer.json()["data"]] == [group, group]
    assert ninja.shown(ids[2])["group_settings_id"] == ""
    assert len(ninja.listed(f"group={group}")) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "The group settings id field is required when action is assign_group."),
        ({"group_settings_id": "nonsense"}, "The selected group settings id is invalid."),
        ({"group_settings_id": "VWPe9xdLyw"}, "The selected group settings id is invalid."),
    ],
)
def test_a_group_that_is_not_there_is_not_assigned(ninja, given, words):
    client = ninja.created(name="Acme")

    answer = bulk(ninja, action="assign_group", ids=[client["id"]], **given)

    assert answer.json()["errors"] == {"group_settings_id": [words]}
    assert ninja.shown(client["id"]) == client


COLUMNS = {
    "public_notes": "seen",
    "industry_id": "3",
    "size_id": "2",
    "country_id": "276",
    "custom_value1": "a",
    "custom_value4": "d",
}


@pytest.mark.parametrize(("column", "value"), COLUMNS.items())
def test_a_column_is_changed_in_bulk_and_cleared_without_a_value(ninja, column, value):
    ids = [ninja.created(name=str(n))["id"] for n in range(2)]
    cleared = "840" if column == "country_id" else ""

    changed = bulk(ninja, action="bulk_update", ids=ids, column=column, new_value=value)
    emptied = bulk(ninja, action="bulk_update", ids=ids, column=column)

    assert [c[column] for c in changed.json()["data"]] == [value, value]
    assert [c[column] for c in emptied.json()["data"]] == [cleared, cleared]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, {"column": ["The column field is required when action is bulk_update."]}),
        ({"column": "name"}, {"column": ["The selected column is invalid."]}),
        (
            {"column": "country_id", "new_value": "1"},
            {"country_id": ["The selected country id is invalid."]},
        ),
    ],
)
def test_a_bulk_update_that_cannot_be_is_refused_whole(ninja, given, errors):
    ids = [ninja.created(name=str(n))["id"] for n in range(2)]

    answer = bulk(ninja, action="bulk_update", ids=ids, **given)

    assert answer.json()["errors"] == errors
    assert {c["updated_at"] == c["created_at"] for c in ninja.listed()} == {True}


def test_a_list_of_names_leaves_the_details_out(ninja):
    made_one = ninja.created(name="Acme", id_number="7", city="Rome", private_notes="x")

    (shown,) = ninja.listed("filter_details=true")

    kept = {key: made_one[key] for key in ("id", "name", "number", "id_number")}
    assert {key: shown[key] for key in kept} == kept
    assert (shown["city"], shown["private_notes"], shown["contacts"]) == ("", "", [])
    assert list(shown) == list(made_one)


def test_settings_of_a_group_are_checked_and_its_currency_is_lent_as_a_text(ninja):
    refused = ninja.post("/group_settings", json={"name": "x", "settings": {"currency_id": "y"}})
    group = made(ninja, name="Gold", settings={"currency_id": 5})["id"]

    assert refused.json()["errors"] == {"settings": ["currency_id is not a valid integer"]}
    assert ninja.created(group_settings_id=group)["settings"]["currency_id"] == "5"


def test_a_deleted_group_is_neither_edited_nor_assigned(ninja):
    group, client = made(ninja, name="Gold")["id"], ninja.created(name="Acme")
    ninja.delete(f"/group_settings/{group}")

    edited = ninja.request("PUT", f"/group_settings/{group}", json={"name": "Silver"})
    assigned = bulk(ninja, action="assign_group", ids=[client["id"]], group_settings_id=group)

    assert edited.status_code == 400
    assert list(assigned.json()["errors"]) == ["group_settings_id"]


def test_pages_of_groups_link_to_each_other(ninja):
    for name in ("One", "Two", "Three"):
        made(ninja, name=name)

    first = ninja.get("/group_settings?per_page=2").json()["meta"]["pagination"]

    assert first["links"]["next"].endswith("/group_settings?per_page=2&page=2")


def test_a_group_takes_the_methods_that_a_post_stands_for(ninja):
    group = made(ninja, name="Gold")
    path = f"/group_settings/{group['id']}"

    changed = ninja.post(path, json={"_method": "PUT", "name": "Silver"}).json()["data"]
    listed = ninja.post("/group_settings?_method=GET").json()["data"]

    assert changed["name"] == "Silver"
    assert listed == [changed]
