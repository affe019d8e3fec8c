"""A client that was merged into another: nothing that only it had is lost, and its keys live on."""

import pytest

from storage import State
from tests.dialects.planado.answer_checks import error_at
from tests.support.merged_client import LOSER

WINNER = {"organization": True, "organization_name": "Winner"}


@pytest.fixture
def two(planado, store, account):
    """The uuids of a client, and of one that has been merged into it."""
    kept, merged = planado.created(**WINNER, external_id="own"), planado.created(**LOSER)
    store.merge_clients(account.id, 1, 2)
    return kept, merged


def test_all_that_only_the_merged_client_had_is_shown(planado, store, account):
    kept, merged = planado.created(**WINNER), planado.created(**LOSER)
    before = planado.shown(merged)

    store.merge_clients(account.id, 1, 2)

    after = planado.shown(kept)

    assert after["organization_name"] == "Winner"
    assert after["site_address"] == before["site_address"]
    assert after["external_id"] == "crm-7"
    assert [(c["type"], c["value"]) for c in after["contacts"]] == [
        (c["type"], c["value"]) for c in before["contacts"]
    ]


@pytest.mark.parametrize("key", ["uuid", "external id"])
def test_the_old_keys_read_and_change_the_client_that_took_it_in(planado, two, key):
    kept, merged = two
    old = merged if key == "uuid" else "crm-7"

    assert planado.shown(old)["uuid"] == kept
    answer = planado.patch(old, {"organization_name": "By the old key"})

    assert (answer.status_code, answer.json()["client_uuid"]) == (200, kept)
    assert [c["organization_name"] for c in planado.listed()] == ["By the old key"]


def test_a_new_client_cannot_take_an_old_key(planado, two):
    _, merged = two

    for old in (merged, "crm-7"):
        answer = planado.post("/clients", json={**WINNER, "external_id": old})
        assert error_at(answer, "external_id")
    assert len(planado.listed()) == 1


def test_a_deletion_by_an_old_key_is_refused(planado, two):
    kept, merged = two

    assert planado.delete(f"/clients/{merged}").status_code == 404
    assert [c["uuid"] for c in planado.listed()] == [kept]


def test_the_external_id_is_free_again_when_the_client_is_deleted(planado, two):
    kept, _ = two
    planado.delete(f"/clients/{kept}")

    created = planado.created(**WINNER, external_id="crm-7")

    assert planado.shown("crm-7")["uuid"] == created


def test_what_both_have_stays_as_it_was(planado, store, account):
    own = {**LOSER, "organization_name": "Winner", "external_id": "own"}
    own |= {"contacts": [{"type": "phone", "value": "+1"}], "site_address": {"formatted": "Here"}}
    kept = planado.created(**own)
    planado.created(**LOSER)
    before = planado.shown(kept)

    store.merge_clients(account.id, 1, 2)

    after = planado.shown(kept)
    assert {k: after[k] for k in ("external_id", "site_address", "organization_name")} == {
        k: before[k] for k in ("external_id", "site_address", "organization_name")
    }
    assert [c["value"] for c in after["contacts"]] == ["+1", "+49 30 2", "cy@example.com"]


def test_a_deleted_client_gives_no_external_id(planado, store, account):
    kept, merged = planado.created(**WINNER), planado.created(**LOSER)
    store.set_client_state(account.id, 2, State.DELETED)
    other = planado.created(**WINNER, external_id="crm-7")

    store.merge_clients(account.id, 1, 2)

    assert planado.shown("crm-7")["uuid"] == other
    assert (planado.shown(kept)["external_id"], planado.shown(merged)["uuid"]) == (None, kept)
