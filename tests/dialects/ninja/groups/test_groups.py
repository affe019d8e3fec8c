"""Client groups: created, shown, changed, and included in their clients."""

import pytest

from tests.dialects.ninja.steps import NOBODY, group_of, import_client

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


def test_a_group_reads_back_with_its_settings(ninja):
    group = group_of(ninja, name="Gold", settings={"currency_id": "3"})

    assert list(group) == KEYS
    assert group["settings"] == {"currency_id": "3"}
    assert ninja.get(f"/group_settings/{group['id']}").json()["data"] == group
    listed = ninja.get("/group_settings").json()
    assert listed["data"] == [group]
    assert listed["meta"]["pagination"]["total"] == 1


def test_a_name_is_required_and_unique_whatever_its_case(ninja):
    group_of(ninja, name="Gold")

    missing = ninja.post("/group_settings", json={}).json()["errors"]
    taken = ninja.post("/group_settings", json={"name": "GOLD"}).json()["errors"]

    assert missing == {"name": ["The name field is required."]}
    assert taken == {"name": ["The name has already been taken."]}


def test_a_group_changes_and_a_deletion_archives_it(ninja):
    group = group_of(ninja, name="Gold", settings={"currency_id": "3"})
    path = f"/group_settings/{group['id']}"

    changed = ninja.request("PUT", path, json={"name": "Silver"}).json()["data"]
    gone, again = (ninja.delete(path).json()["data"] for _ in range(2))

    assert (changed["name"], changed["settings"]) == ("Silver", group["settings"])
    assert (gone["is_deleted"], gone["archived_at"] > 0) == (False, True)
    assert again == gone == ninja.get(path).json()["data"]


def test_a_new_group_without_settings_has_those_of_a_blank_client(ninja):
    group = group_of(ninja, name="Gold")

    assert group["settings"] == {
        "entity": "App\\Models\\Client",
        "industry_id": "",
        "size_id": "",
    }


def test_given_settings_replace_those_of_a_group_and_others_stay(ninja):
    group = group_of(ninja, name="Gold", settings={"currency_id": "3", "language_id": "3"})
    path = f"/group_settings/{group['id']}"

    replaced = ninja.request("PUT", path, json={"settings": {"language_id": "4"}}).json()["data"]
    renamed = ninja.request("PUT", path, json={"name": "Silver"}).json()["data"]
    emptied = ninja.request("PUT", path, json={"settings": {}}).json()["data"]

    assert replaced["settings"] == renamed["settings"] == {"language_id": "4"}
    assert emptied["settings"] == {}


def test_a_group_keeps_known_settings_in_their_types_and_drops_others(ninja):
    sent = {"currency_id": 3, "send_reminders": "1", "tax_name1": "", "whatever": "x"}

    group = group_of(ninja, name="Gold", settings=sent)

    assert group["settings"] == {"currency_id": "3", "send_reminders": True, "tax_name1": ""}


def test_keys_that_no_group_has_are_named(ninja):
    created = ninja.post("/group_settings?include=x", json={"name": "Gold", "nmae": "x"})
    group = created.json()["data"]
    path = f"/group_settings/{group['id']}"

    changed = ninja.request("PUT", path, json={"colour": "x", "_method": "PUT"})
    echoed = ninja.request("PUT", path, json=group)

    assert created.headers["X-Gateway-Ignored-Fields"] == "nmae"
    assert changed.headers["X-Gateway-Ignored-Fields"] == "colour"
    assert "X-Gateway-Ignored-Fields" not in echoed.headers
    assert "X-Gateway-Ignored-Fields" not in ninja.get(f"{path}?colour=x").headers


READ_ONLY = {
    "id": "Opnel5aKBz",
    "created_at": 5,
    "updated_at": 5,
    "archived_at": 5,
    "is_deleted": True,
    "documents": [{"id": "VolejRejNm"}],
    "user_id": "Opnel5aKBz",
    "company_id": "Opnel5aKBz",
    "account_id": 7,
    "version": 99,
}


@pytest.mark.parametrize(("field", "value"), READ_ONLY.items())
def test_what_is_read_only_of_a_group_is_ignored(ninja, field, value):
    group = group_of(ninja, name="Gold", settings={"currency_id": "3"})

    answer = ninja.request("PUT", f"/group_settings/{group['id']}", json={field: value})

    assert answer.json()["data"] == group
    assert ninja.get("/group_settings").json()["data"] == [group]


def test_a_blank_group_is_shown_and_not_stored(ninja):
    blank = ninja.get("/group_settings/create").json()["data"]

    assert list(blank) == KEYS
    assert (blank["id"], blank["name"], blank["created_at"]) == ("", "", 0)
    assert ninja.get("/group_settings").json()["data"] == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_group_of_another_account_is_missing(ninja, stranger, method):
    group_of(stranger, name="One")
    foreign = group_of(stranger, name="Two")["id"]

    for group_id in (foreign, "nonsense"):
        answer = ninja.request(method, f"/group_settings/{group_id}", json={"name": "x"})
        assert (answer.status_code, answer.json()) == (404, MISSING)
    assert stranger.get(f"/group_settings/{foreign}").json()["data"]["name"] == "Two"


def test_a_client_is_shown_with_its_group_only_when_asked(ninja):
    group = group_of(ninja, name="Gold")
    inside = ninja.created(name="In", group_settings_id=group["id"])
    ninja.created(name="Out")

    item = ninja.get(f"/clients/{inside['id']}?include=group_settings").json()["data"]
    listed = ninja.listed("include=group_settings&sort=id|asc")

    assert item["group_settings"] == group
    assert [c.get("group_settings") for c in listed] == [group, None]
    assert "group_settings" not in listed[1]
    assert "group_settings" not in ninja.shown(inside["id"])


def test_a_new_client_takes_the_currency_of_its_group_unless_it_brings_one(ninja):
    group = group_of(ninja, name="Gold", settings={"currency_id": "3"})["id"]

    plain = ninja.created(group_settings_id=group)
    own = ninja.created(group_settings_id=group, settings={"currency_id": "12"})

    assert plain["settings"]["currency_id"] == "3"
    assert own["settings"]["currency_id"] == "12"


@pytest.mark.parametrize("action", ["archive", "delete"])
def test_a_group_that_is_not_active_lends_no_currency_and_is_not_shown_with_clients(ninja, action):
    group = group_of(ninja, name="Gold", settings={"currency_id": "3"})["id"]
    before = ninja.created(group_settings_id=group)
    ninja.post("/group_settings/bulk", json={"action": action, "ids": [group]})

    late = ninja.created(group_settings_id=group)

    assert (late["group_settings_id"], late["settings"]["currency_id"]) == (group, "1")
    listed = ninja.listed("include=group_settings")
    assert [client["id"] for client in listed] == [before["id"], late["id"]]
    assert not any("group_settings" in client for client in listed)


def test_a_list_of_names_leaves_the_details_out(ninja):
    made = ninja.created(name="Acme", id_number="7", city="Rome", private_notes="x")

    (shown,) = ninja.listed("filter_details=true")

    kept = {key: made[key] for key in ("id", "name", "number", "id_number")}
    assert {key: shown[key] for key in kept} == kept
    assert (shown["city"], shown["private_notes"], shown["settings"]) == ("", "", {})
    assert (shown["display_name"], shown["contacts"]) == ("Acme", made["contacts"])
    assert list(shown) == list(made)


def test_settings_of_a_group_are_checked_and_its_currency_is_lent_as_a_text(ninja):
    wrong = {"currency_id": "y", "language_id": "z"}
    refused = ninja.post("/group_settings", json={"name": "x", "settings": wrong})
    group = group_of(ninja, name="Gold", settings={"currency_id": 5})["id"]

    assert refused.json()["errors"] == {"settings": ["settings must be a valid json structure"]}
    assert ninja.created(group_settings_id=group)["settings"]["currency_id"] == "5"


def test_a_deleted_group_is_neither_edited_nor_assigned(ninja):
    group, client = group_of(ninja, name="Gold")["id"], ninja.created(name="Acme")
    ninja.post("/group_settings/bulk", json={"action": "delete", "ids": [group]})

    edited = ninja.request("PUT", f"/group_settings/{group}", json={"name": "Silver"})
    body = {"action": "assign_group", "ids": [client["id"]], "group_settings_id": group}
    assigned = ninja.post("/clients/bulk", json=body)

    assert edited.status_code == 400
    assert list(assigned.json()["errors"]) == ["group_settings_id"]


def test_a_group_takes_the_methods_that_a_post_stands_for(ninja):
    group = group_of(ninja, name="Gold")
    path = f"/group_settings/{group['id']}"

    changed = ninja.post(path, json={"_method": "PUT", "name": "Silver"}).json()["data"]
    listed = ninja.post("/group_settings?_method=GET").json()["data"]

    assert changed["name"] == "Silver"
    assert listed == [changed]


@pytest.mark.parametrize("whose", ["nobody's", "a stranger's"])
def test_a_client_joins_no_group_that_is_not_there(ninja, stranger, whose):
    groups = [stranger.post("/group_settings", json={"name": f"G{n}"}).json() for n in range(3)]
    given = {"group_settings_id": NOBODY if whose == "nobody's" else groups[-1]["data"]["id"]}
    client = ninja.created(name="Acme")

    answers = [
        ninja.post("/clients", json=given),
        ninja.request("PUT", f"/clients/{client['id']}", json=given),
    ]

    sentence = "The selected group settings id is invalid."
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [answer.json()["errors"] for answer in answers] == [
        {"group_settings_id": [sentence]}
    ] * 2


def test_a_client_whose_group_is_not_there_is_sent_back_as_it_is_shown(ninja, store, account):
    lost = import_client(store, account, "Lost", group_serial=77)
    shown = ninja.get("/clients").json()["data"][0]

    changed = ninja.put(shown["id"], shown | {"city": "Bonn"})

    assert changed["city"] == "Bonn"
    assert store.get_client(account.id, lost.serial).group_serial == 77
