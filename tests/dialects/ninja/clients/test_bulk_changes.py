"""Changes of many clients at once: a group is assigned, a column is set."""

import pytest

from tests.dialects.ninja.steps import group_of


def bulk(speaker, **body):
    return speaker.post("/clients/bulk", json=body)


def test_a_group_is_assigned_in_bulk(ninja):
    group = group_of(ninja, name="Gold")["id"]
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


def test_a_change_in_bulk_reaches_deleted_clients_that_cannot_be_edited(ninja):
    group = group_of(ninja, name="Gold")["id"]
    ids = [ninja.created(name=str(n))["id"] for n in range(2)]
    ninja.delete(f"/clients/{ids[0]}")

    bulk(ninja, action="assign_group", ids=ids, group_settings_id=group)
    answer = bulk(ninja, action="bulk_update", ids=ids, column="public_notes", new_value="seen")
    edited = ninja.request("PUT", f"/clients/{ids[0]}", json={"public_notes": "late"})

    after = [ninja.shown(client_id) for client_id in ids]
    assert [(c["group_settings_id"], c["public_notes"]) for c in after] == [(group, "seen")] * 2
    assert [c["is_deleted"] for c in after] == [True, False]
    assert answer.json()["data"] == after
    assert edited.status_code == 400
