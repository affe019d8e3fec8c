"""Clients that are purged or deleted at a service: a full pull finds them, and no others."""

from collections.abc import Callable

import pytest

from gateway.migration.failures import TooManyDeletions
from storage.model.accounts import Account
from storage.model.conflicts import ConflictState
from storage.model.imports import ConflictPolicy
from storage.model.records import State
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    There,
    all_of,
    create_remote_clients,
    is_list,
    lines,
    one_engine,
    rewritten,
    stopped_run,
)

Edit = Callable[..., None]
pytestmark = one_engine


def live_names(store: Store, account: Account) -> set[str]:
    return {client.name for client in all_of(store, account) if not client.is_deleted}


def purge(service: There, name: str) -> None:
    [client] = [client for client in service.clients if client.name == name]
    service.store.purge_client(service.account.id, client.serial)


def linked_serials(service: There, here: Account) -> set[int]:
    return {link.serial for link in service.store.scan_links(here.id, service.source)}


def test_who_is_gone_there_is_deleted_here_and_said(
    store: Store, here: Account, speaker_there: There
) -> None:
    create_remote_clients(speaker_there, 12)
    speaker_there.pull(here)
    purge(speaker_there, "Client 3")

    done = speaker_there.pull(here, is_whole=True)

    assert done.importer.counts["gone"] == 1
    assert [line.text for line in lines(store, done.run, "gone")] == ["is gone there: deleted here"]
    assert live_names(store, here) == {f"Client {n}" for n in range(1, 13)} - {"Client 3"}
    assert len(linked_serials(speaker_there, here)) == 11


def test_who_is_deleted_in_planado_is_deleted_here(
    store: Store, here: Account, planado_there: There
) -> None:
    ids = create_remote_clients(planado_there, 3)
    planado_there.pull(here)
    planado_there.speaker.delete(f"/clients/{ids[0]}")

    planado_there.pull(here, is_whole=True)

    assert len(live_names(store, here)) == 2


def test_a_list_that_leaves_somebody_out_deletes_nobody(
    store: Store, here: Account, planado_there: There
) -> None:
    create_remote_clients(planado_there, 7)
    planado_there.pull(here)

    def without_first(tree: dict[str, list[object]]) -> dict[str, list[object]]:
        return tree | {"clients": tree["clients"][1:]}

    planado_there.faulty.plan(rewritten(without_first), is_list)
    done = planado_there.pull(here, is_whole=True)

    assert "gone" not in done.importer.counts
    assert len(live_names(store, here)) == 7


@pytest.mark.parametrize(
    ("policy", "is_live"),
    [
        (ConflictPolicy.HOLD, True),
        (ConflictPolicy.LOCAL, True),
        (ConflictPolicy.REMOTE, False),
    ],
)
def test_who_is_gone_there_and_was_changed_here_is_a_conflict(
    here: Account, speaker_there: There, edit: Edit, policy: ConflictPolicy, *, is_live: bool
) -> None:
    store = speaker_there.store
    create_remote_clients(speaker_there, 3)
    speaker_there.pull(here)
    [serial] = [c.serial for c in all_of(store, here) if c.name == "Client 3"]
    edit(here, serial, phone="22")
    purge(speaker_there, "Client 3")

    speaker_there.pull(here, is_whole=True, policy=policy)

    assert ("Client 3" in live_names(store, here)) is is_live
    state = ConflictState.OPEN if policy is ConflictPolicy.HOLD else ConflictState.OVERWRITTEN
    [conflict] = store.list_conflicts(here.id, state)
    assert (conflict.client_serial, conflict.group) == (serial, "is_deleted")


def test_many_at_once_stop_the_run_until_they_are_allowed(
    store: Store, here: Account, ninja_there: There
) -> None:
    create_remote_clients(ninja_there, 20)
    ninja_there.pull(here)
    for n in range(1, 12):
        purge(ninja_there, f"Client {n}")

    with pytest.raises(TooManyDeletions, match="--max-deletes 11"):
        ninja_there.pull(here, is_whole=True)
    assert len(live_names(store, here)) == 20
    assert "11 of 20" in stopped_run(store, here).reason

    done = ninja_there.pull(here, is_whole=True, max_deletes=11)
    assert done.importer.counts["gone"] == 11
    assert len(live_names(store, here)) == 9


def test_a_rehearsal_counts_who_is_gone_and_deletes_nobody(
    store: Store, here: Account, ninja_there: There
) -> None:
    create_remote_clients(ninja_there, 3)
    ninja_there.pull(here)
    purge(ninja_there, "Client 1")

    done = ninja_there.pull(here, is_whole=True, is_dry_run=True)

    assert done.importer.counts["gone"] == 1
    assert len(live_names(store, here)) == 3


def test_who_was_deleted_on_both_sides_is_only_unlinked(
    store: Store, here: Account, planado_there: There
) -> None:
    create_remote_clients(planado_there, 2)
    planado_there.pull(here)
    [serial] = [c.serial for c in all_of(store, here) if c.name == "Client 1"]
    store.set_client_state(here.id, serial, State.DELETED)
    purge(planado_there, "Client 1")

    done = planado_there.pull(here, is_whole=True)

    assert lines(store, done.run) == []
    assert serial not in linked_serials(planado_there, here)


def test_who_is_edited_here_while_it_is_looked_for_stays(
    store: Store, here: Account, ninja_there: There, edit: Edit
) -> None:
    create_remote_clients(ninja_there, 2)
    ninja_there.pull(here)
    [serial] = [c.serial for c in all_of(store, here) if c.name == "Client 1"]
    purge(ninja_there, "Client 1")
    deleting = store.set_client_state

    def edit_before(account_id: int, key: int, *given: object) -> object:
        if key == serial:
            edit(here, serial, phone="22")
        return deleting(account_id, key, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "set_client_state", edit_before)
        done = ninja_there.pull(here, is_whole=True)

    assert "gone" not in done.importer.counts
    assert "Client 1" in live_names(store, here)
    ninja_there.pull(here, is_whole=True)
    assert [one.client_serial for one in store.list_conflicts(here.id)] == [serial]
