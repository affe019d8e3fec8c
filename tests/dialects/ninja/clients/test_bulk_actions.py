"""Bulk actions, and the states of a client that they lead through."""

import pytest

from tests.dialects.ninja.steps import NOBODY, names_of_records, refused_fields


@pytest.fixture
def three(ninja):
    return [ninja.created(name=name)["id"] for name in "ABC"]


def post_bulk_action(ninja, action, ids, query=""):
    answer = ninja.post(f"/clients/bulk{query}", json={"action": action, "ids": ids})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


LIFE = {
    "active": [],
    "archived": ["archive"],
    "deleted": ["delete"],
    "archived and deleted": ["archive", "delete"],
}


@pytest.mark.parametrize(
    ("state", "action", "is_deleted", "archived"),
    [
        ("active", "archive", False, "now"),
        ("active", "delete", True, "now"),
        ("active", "restore", False, None),
        ("archived", "archive", False, "then"),
        ("archived", "delete", True, "now"),
        ("archived", "restore", False, None),
        ("deleted", "archive", True, "then"),
        ("deleted", "delete", True, "then"),
        ("deleted", "restore", False, None),
        ("archived and deleted", "restore", False, None),
    ],
)
def test_an_action_leads_to(ninja, clock, state, action, is_deleted, archived):  # noqa: PLR0917
    client = ninja.created(name="Acme", contacts=[{"first_name": "Ada"}])
    for before in LIFE[state]:
        post_bulk_action(ninja, before, [client["id"]])
    times = {"then": int(clock.now.timestamp()), "now": clock.move(), None: 0}

    [after] = post_bulk_action(ninja, action, [client["id"]])

    assert (after["is_deleted"], after["archived_at"]) == (is_deleted, times[archived])
    assert after["contacts"] == client["contacts"]
    assert ninja.shown(client["id"]) == after


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("active", "archive"),
        ("active", "delete"),
        ("archived", "delete"),
        ("archived", "restore"),
        ("deleted", "restore"),
    ],
)
def test_a_move_is_dated(ninja, clock, state, action):
    client = ninja.created(name="Acme")
    for before in LIFE[state]:
        post_bulk_action(ninja, before, [client["id"]])
    later = clock.move()

    assert post_bulk_action(ninja, action, [client["id"]])[0]["updated_at"] == later


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("active", "restore"),
        ("archived", "archive"),
        ("deleted", "archive"),
        ("deleted", "delete"),
    ],
)
def test_a_move_to_where_a_client_is_changes_nothing(ninja, clock, state, action):
    client = ninja.created(name="Acme")
    for before in LIFE[state]:
        post_bulk_action(ninja, before, [client["id"]])
    stood = ninja.shown(client["id"])
    clock.move()

    assert post_bulk_action(ninja, action, [client["id"]]) == [stood]


def test_a_restored_client_can_be_changed(ninja):
    client = ninja.created(name="Acme")
    post_bulk_action(ninja, "delete", [client["id"]])
    post_bulk_action(ninja, "restore", [client["id"]])

    assert ninja.put(client["id"], {"name": "Bolt"})["name"] == "Bolt"


def test_the_others_stay_as_they_are(ninja, three):
    post_bulk_action(ninja, "archive", three[:1])

    assert [c["archived_at"] > 0 for c in ninja.listed()] == [True, False, False]


def test_the_answer_is_a_list_in_the_order_of_birth(ninja, three):
    body = {"action": "archive", "ids": [three[2], three[0], three[2]]}

    answer = ninja.post("/clients/bulk", json=body).json()

    assert names_of_records(answer["data"]) == ["A", "C"]
    assert answer["meta"]["pagination"]["total"] == 2


@pytest.mark.parametrize(
    "options",
    [
        {"data": {"action": "archive", "ids[0]": "{0}", "ids[1]": "{1}"}},
        {"data": {"action": "archive", "ids[]": ["{0}", "{1}"]}},
        {"files": {"action": (None, "archive"), "ids[0]": (None, "{0}"), "ids[1]": (None, "{1}")}},
        {"params": {"action": "archive", "ids[0]": "{0}", "ids[1]": "{1}"}},
        {"params": {"action": "archive"}, "json": {"ids": ["{0}", "{1}"]}},
    ],
)
def test_action_and_ids_may_come_by_any_way(ninja, three, options):
    filled = filled_with(options, three)

    answer = ninja.post("/clients/bulk", **filled)

    assert names_of_records(answer.json()["data"]) == ["A", "B"]
    assert [c["archived_at"] > 0 for c in ninja.listed()] == [True, True, False]


def filled_with(value, ids):
    match value:
        case str():
            return value.format(*ids)
        case list() | tuple():
            return type(value)(filled_with(v, ids) for v in value)
        case dict():
            return {k: filled_with(v, ids) for k, v in value.items()}
        case _:
            return value


REQUIRED = "The ids field is required."
NO_TEXT = "The action must be a string."
INVALID = "The selected ids is invalid."


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"action": None}, {"action": ["The action field is required."]}),
        ({"action": ""}, {"action": ["The action field is required."]}),
        ({"action": "explode"}, {"action": ["The selected action is invalid."]}),
        ({"action": "Archive"}, {"action": ["The selected action is invalid."]}),
        ({"action": ["archive"]}, {"action": [NO_TEXT, "The selected action is invalid."]}),
        ({"action": 1}, {"action": [NO_TEXT, "The selected action is invalid."]}),
        ({"ids": None}, {"ids": [REQUIRED]}),
        ({"ids": []}, {"ids": [REQUIRED]}),
        ({"ids": ""}, {"ids": [REQUIRED]}),
        ({"ids": "VolejRejNm"}, {"ids": ["The ids must be an array."]}),
        ({"ids": 1}, {"ids": ["The ids must be an array."]}),
        ({"ids": [NOBODY]}, {"ids": [INVALID]}),
        ({"ids": ["garbage"]}, {"ids": [INVALID]}),
        ({"ids": [1]}, {"ids": [INVALID]}),
        ({"ids": [None]}, {"ids": [INVALID]}),
        ({"ids": [{}]}, {"ids": [INVALID]}),
        ({"ids": ["a" * 30_000]}, {"ids": [INVALID]}),
    ],
)
def test_a_bulk_action_is_refused(ninja, three, given, errors):
    good = {"action": "archive", "ids": [three[0]]}

    assert refused_fields(ninja.post("/clients/bulk", json=good | given)) == errors


def test_nothing_at_all_is_refused_twice(ninja):
    assert refused_fields(ninja.post("/clients/bulk", json={})) == {
        "action": ["The action field is required."],
        "ids": [REQUIRED],
    }


@pytest.mark.parametrize("unknown", [NOBODY, "garbage", "{foreign}"])
def test_one_unknown_id_refuses_the_whole_request(ninja, stranger, three, unknown):
    for name in "DEFGHIJK":
        foreign = stranger.created(name=name)
    ids = [*three, unknown.format(foreign=foreign["id"])]

    answer = ninja.post("/clients/bulk", json={"action": "delete", "ids": ids})

    assert refused_fields(answer) == {"ids": [INVALID]}
    assert [c["is_deleted"] for c in ninja.listed()] == [False, False, False]
    assert {c["is_deleted"] for c in stranger.listed()} == {False}


def test_an_unknown_relation_is_refused(ninja, three):
    body = {"action": "archive", "ids": three}

    answer = ninja.post("/clients/bulk?include=foo", json=body)

    assert answer.status_code == 400
    assert answer.json() == {"message": "Relation `foo` is not a valid include."}


def test_a_real_relation_may_be_asked_for(ninja, three):
    assert names_of_records(
        post_bulk_action(ninja, "archive", three, "?include=activities,invoices")
    ) == ["A", "B", "C"]


def test_a_page_of_the_answer_links_to_the_next_one(ninja, three):
    body = {"action": "archive", "ids": three}

    at = ninja.post("/clients/bulk?per_page=2", json=body).json()["meta"]["pagination"]

    assert (at["total"], at["count"], at["per_page"], at["total_pages"]) == (3, 2, 2, 2)
    assert list(at["links"]) == ["next"]
