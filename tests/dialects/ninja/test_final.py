"""Purge and merge: final, and so only with the account's password."""

import base64

import pytest

PASSWORD = "correct hörse"
REFUSED = {"message": "Invalid Password", "errors": {}}
MISSING = {"message": "No query results for model [App\\Models\\Client]."}


@pytest.fixture
def confirmed(store, account):
    store.set_password(account.name, PASSWORD)
    return {"X-API-PASSWORD-BASE64": base64.b64encode(PASSWORD.encode()).decode()}


@pytest.fixture
def two(ninja):
    one = ninja.created(name="One", contacts=[{"first_name": "A", "email": "a@x.io"}])
    contacts = [
        {"first_name": "Twin", "email": "A@X.io"},
        {"first_name": "B", "email": "b@x.io", "phone": "2", "custom_value1": "vip"},
        {"first_name": "Mute"},
    ]
    return one, ninja.created(name="Two", contacts=contacts)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-PASSWORD": ""},
        {"X-API-PASSWORD": "wrong"},
        {"X-API-PASSWORD-BASE64": "!"},
        {"X-API-PASSWORD-BASE64": base64.b64encode(b"wrong").decode()},
        {"X-API-PASSWORD-BASE64": base64.b64encode(b"\xff").decode()},
    ],
)
def test_without_the_password_nothing_happens(ninja, two, confirmed, headers):
    one, other = two
    paths = [f"/clients/{one['id']}/purge", f"/clients/{one['id']}/{other['id']}/merge"]

    answers = [ninja.post(path, headers=headers) for path in paths]

    assert [a.status_code for a in answers] == [412, 412]
    assert [a.json() for a in answers] == [REFUSED, REFUSED]
    assert ninja.shown(one["id"]) == one
    assert ninja.shown(other["id"]) == other


def test_an_account_without_a_password_confirms_nothing(ninja, two):
    answer = ninja.post(f"/clients/{two[0]['id']}/purge", headers={"X-API-PASSWORD": "x"})

    assert (answer.status_code, answer.json()) == (412, REFUSED)


def test_the_plain_header_confirms_and_the_one_in_base64_wins(ninja, two, store, account):
    store.set_password(account.name, "plain")
    wrong = {"X-API-PASSWORD": "plain", "X-API-PASSWORD-BASE64": "d3Jvbmc="}
    path = f"/clients/{two[0]['id']}/purge"

    assert ninja.post(path, headers=wrong).status_code == 412
    assert ninja.post(path, headers={"X-API-PASSWORD": "plain"}).status_code == 200


def test_a_purged_client_is_gone_from_both_dialects(ninja, planado, two, confirmed):
    answer = ninja.post(f"/clients/{two[0]['id']}/purge", headers=confirmed)

    assert (answer.status_code, answer.json()) == (200, {"message": "Success"})
    assert ninja.get(f"/clients/{two[0]['id']}").json() == MISSING
    assert [c["name"] for c in ninja.listed("status=active,archived,deleted")] == ["Two"]
    assert [c["name"] for c in planado.listed()] == ["Two"]


def test_a_merge_moves_money_and_the_people_who_are_new(ninja, two, confirmed):
    one, other = two

    answer = ninja.post(f"/clients/{one['id']}/{other['id']}/merge", headers=confirmed)

    after = answer.json()["data"]
    assert answer.status_code == 200
    assert after["id"] == one["id"]
    assert [(c["first_name"], c["is_primary"]) for c in after["contacts"]] == [
        ("A", True),
        ("B", False),
    ]
    moved, before = after["contacts"][1], other["contacts"][1]
    kept = ("id", "contact_key", "custom_value1", "phone", "created_at")
    assert {key: moved[key] for key in kept} == {key: before[key] for key in kept}
    assert ninja.shown(one["id"]) == after
    assert ninja.get(f"/clients/{other['id']}").json() == MISSING


def test_a_merge_with_itself_is_refused(ninja, two, confirmed):
    one = two[0]["id"]

    answer = ninja.post(f"/clients/{one}/{one}/merge", headers=confirmed)

    words = "Attempting to merge the same client is not possible."
    assert (answer.status_code, answer.json()) == (400, {"message": words})


def test_a_merge_with_nobody_or_a_foreign_client_is_refused_alike(ninja, two, confirmed, stranger):
    foreign = [stranger.created(name=str(n))["id"] for n in range(3)][-1]

    answers = [
        ninja.post(f"/clients/{two[0]['id']}/{other}/merge", headers=confirmed)
        for other in ("nonsense", "VWPe9xdLyw", foreign)
    ]

    assert [(a.status_code, a.json()) for a in answers] == [
        (400, {"message": "Client not found"})
    ] * 3
    assert stranger.shown(foreign)["name"] == "2"


def test_a_client_of_another_account_is_missing(ninja, stranger, confirmed):
    stranger.created(name="First")
    foreign = stranger.created(name="Second")["id"]

    answer = ninja.post(f"/clients/{foreign}/purge", headers=confirmed)

    assert (answer.status_code, answer.json()) == (404, MISSING)
    assert stranger.shown(foreign)["name"] == "Second"
