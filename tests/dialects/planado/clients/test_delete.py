"""DELETE: the client is gone here, marked as deleted in the other API, and its external id is
free."""

import pytest

from tests.dialects.planado.answer_checks import MISSING_UUID, message_in
from tests.dialects.planado.builders import phone

BODY = {"organization": True, "organization_name": "ACME"}


@pytest.fixture
def uuid(planado):
    return planado.created(**BODY, external_id="42", contacts=[phone("Ana", "1")])


@pytest.mark.parametrize("by", ["uuid", "external_id"])
def test_a_deletion_is_answered_with_the_uuid(planado, uuid, by):
    key = planado.shown(uuid)[by]

    answer = planado.delete(f"/clients/{key}")

    assert (answer.status_code, answer.json()) == (200, {"client_uuid": uuid})


def test_a_deleted_client_is_gone(planado, uuid):
    planado.delete(f"/clients/{uuid}")

    assert planado.listed() == []
    for key in (uuid, "42"):
        assert message_in(planado.get(f"/clients/{key}"), 404) == "Not found"
        assert message_in(planado.delete(f"/clients/{key}"), 404) == "Not found"
    assert message_in(planado.patch(uuid, {"organization_name": "B"}), 404) == "Not found"


@pytest.mark.parametrize("key", [MISSING_UUID, "nobody"])
def test_an_unknown_key_is_not_found(planado, key):
    assert message_in(planado.delete(f"/clients/{key}"), 404) == "Not found"


def test_the_external_id_can_be_used_again_at_once(planado, uuid):
    planado.delete("/clients/42")

    again = planado.created(**BODY, external_id="42")

    assert again != uuid
    assert planado.shown("42")["uuid"] == again


def test_the_other_api_still_shows_it_flagged(planado, uuid, ninja):
    (before,) = ninja.listed()

    planado.delete(f"/clients/{uuid}")

    after = ninja.shown(before["id"])
    assert after["is_deleted"] is True
    assert (after["name"], len(after["contacts"])) == ("ACME", 1)


def test_a_client_deleted_through_the_other_api_is_gone_here(planado, uuid, ninja):
    (client,) = ninja.listed()

    ninja.delete(f"/clients/{client['id']}")

    assert planado.listed() == []
    assert planado.get("/clients/42").status_code == 404


def restored(ninja, client_id):
    answer = ninja.post("/clients/bulk", json={"action": "restore", "ids": [client_id]})
    assert answer.status_code == 200, answer.text


def test_a_restored_client_comes_back_whole_under_its_external_id(planado, uuid, ninja):
    before = planado.shown(uuid)
    (client,) = ninja.listed()
    planado.delete(f"/clients/{uuid}")

    restored(ninja, client["id"])

    after = planado.shown("42")
    changing = {"version", "updated_at"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }


def test_a_restored_client_whose_external_id_is_taken_has_none(planado, uuid, ninja):
    (client,) = ninja.listed()
    planado.delete(f"/clients/{uuid}")
    new = planado.created(**BODY, external_id="42")

    restored(ninja, client["id"])

    assert planado.shown(uuid)["external_id"] is None
    assert planado.shown("42")["uuid"] == new


def test_an_archived_client_is_as_alive_as_any_other_here(planado, uuid, ninja):
    (client,) = ninja.listed()
    ninja.post("/clients/bulk", json={"action": "archive", "ids": [client["id"]]})

    assert planado.patched("42", {"organization_name": "B"})["name"] == "B"
    assert planado.delete("/clients/42").status_code == 200
