"""Purge and merge: both are final, so they need the account's password."""

import pytest

from tests.dialects.ninja.steps import MISSING, NOBODY


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
        {"X-API-PASSWORD": ""},
        {"X-API-PASSWORD-BASE64": "!"},
        {"X-API-PASSWORD-BASE64": "/w=="},
        {"X-API-PASSWORD": "plain", "X-API-PASSWORD-BASE64": "d3Jvbmc="},
    ],
    ids=["empty", "not in base64", "not a text", "overruled"],
)
def test_a_password_that_is_no_password_confirms_nothing(ninja, two, store, account, headers):
    store.set_password(account.name, "plain")

    answer = ninja.post(f"/clients/{two[0]['id']}/purge", headers=headers)

    assert answer.status_code == 412
    assert ninja.listed() == list(two)


def test_the_password_may_come_as_it_is(ninja, two, store, account):
    store.set_password(account.name, "plain")

    answer = ninja.post(f"/clients/{two[0]['id']}/purge", headers={"X-API-PASSWORD": "plain"})

    assert answer.json() == {"message": "Success"}


def test_a_purged_client_is_gone_from_both_dialects(ninja, planado, two, confirmed):
    answer = ninja.post(f"/clients/{two[0]['id']}/purge", headers=confirmed)

    assert (answer.status_code, answer.json()) == (200, {"message": "Success"})
    assert ninja.get(f"/clients/{two[0]['id']}").json() == MISSING
    assert [c["name"] for c in ninja.listed("status=active,archived,deleted")] == ["Two"]
    assert [c["name"] for c in planado.listed()] == ["Two"]


def test_a_merge_moves_the_people_who_are_new(ninja, two, confirmed):
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


def merged(ninja, confirmed, one, other):
    answer = ninja.post(f"/clients/{one['id']}/{other['id']}/merge", headers=confirmed)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_the_id_of_a_merged_client_means_the_one_that_took_it_in(ninja, two, confirmed):
    one, other = two
    after = merged(ninja, confirmed, one, other)

    assert ninja.shown(other["id"]) == after
    edited = ninja.put(other["id"], {"public_notes": "by the old id"})
    assert edited["id"] == one["id"]
    assert ninja.shown(one["id"])["public_notes"] == "by the old id"


def test_what_would_remove_the_other_client_does_not_follow_the_old_id(ninja, two, confirmed):
    one, other = two
    after = merged(ninja, confirmed, one, other)

    assert ninja.delete(f"/clients/{other['id']}").json() == MISSING
    purge = ninja.post(f"/clients/{other['id']}/purge", headers=confirmed)
    again = ninja.post(f"/clients/{one['id']}/{other['id']}/merge", headers=confirmed)
    ninja.post("/clients/bulk", json={"action": "delete", "ids": [other["id"]]})

    assert purge.json() == MISSING
    assert again.json() == {"message": "Client not found"}
    assert ninja.listed() == [after]


def test_old_ids_lead_through_two_merges_and_end_with_a_purge(ninja, two, confirmed):
    one, other = two
    last = ninja.created(name="Last")
    merged(ninja, confirmed, one, other)
    after = merged(ninja, confirmed, last, one)

    assert [ninja.shown(client["id"])["id"] for client in (one, other)] == [last["id"]] * 2
    assert ninja.shown(other["id"]) == after
    ninja.post(f"/clients/{last['id']}/purge", headers=confirmed)
    assert [ninja.get(f"/clients/{each['id']}").json() for each in (one, other)] == [MISSING] * 2


def test_a_merge_with_itself_is_refused(ninja, two, confirmed):
    one = two[0]["id"]

    answer = ninja.post(f"/clients/{one}/{one}/merge", headers=confirmed)

    words = "Attempting to merge the same client is not possible."
    assert (answer.status_code, answer.json()) == (400, {"message": words})


def test_a_merge_with_nobody_or_a_foreign_client_is_refused_alike(ninja, two, confirmed, stranger):
    foreign = [stranger.created(name=str(n))["id"] for n in range(3)][-1]

    answers = [
        ninja.post(f"/clients/{two[0]['id']}/{other}/merge", headers=confirmed)
        for other in ("nonsense", NOBODY, foreign)
    ]

    assert [(a.status_code, a.json()) for a in answers] == [
        (400, {"message": "Client not found"})
    ] * 3
