"""Pulls from an Invoice Ninja and a Planado: the clients here become as they are there."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from msgspec import structs

from gateway.migration.failures import TooManyChanges, WrongSalt
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.errors import Invalid
from storage.model.imports import ConflictPolicy
from storage.model.records import State
from storage.model.runs import RunProgress, RunState, StartRun
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    There,
    all_of,
    brought,
    create_remote_clients,
    fates,
    is_list,
    last_run,
    lines,
    page,
    rewritten,
    stopped_run,
    written_objects,
)
from tests.support.clock import Clock

BORN = datetime(2010, 1, 2, 3, 4, 5, tzinfo=UTC)


def one_with_everything(**fields: Any) -> ImportClient:
    contacts = (
        ImportContact(first_name="Ada", email="ada@example.com", is_primary=True, phone="12"),
        ImportContact(
            last_name="Bo", custom_value2="hidden", send_email=False, contact_key="k" * 32
        ),
    )
    return ImportClient(
        serial=4711,
        number="A-17",
        organization_name="Acme",
        classification="business",
        address1="1 Street",
        shipping_city="Barcelona",
        shipping_country_id=724,
        settings='{"currency_id":"3","entity":"App\\\\Models\\\\Client"}',
        balance=Decimal("12.345678"),
        paid_to_date=Decimal("-0.5"),
        private_notes="notes",
        custom_value4="four",
        client_hash="h" * 40,
        created_at=BORN,
        updated_at=BORN,
        archived_at=BORN,
        extras={"ninja": '{"tax_info":{"a":1}}'},
        contacts=contacts,
        **fields,
    )


# Everything at first


def test_all_clients_of_a_ninja_arrive_as_they_are_there(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 12)
    [whole] = brought(store, ninja_there.account, one_with_everything())
    store.set_client_state(ninja_there.account.id, 3, State.DELETED)

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 13}
    assert written_objects(store, here) == written_objects(store, ninja_there.account)
    assert last_run(store, here).state is RunState.DONE
    arrived = store.get_client(here.id, 4711)
    assert arrived.balance == whole.balance == Decimal("12.345678")
    assert arrived.settings == whole.settings
    assert [c.contact_key for c in arrived.contacts] == [c.contact_key for c in whole.contacts]


def test_all_clients_of_a_planado_arrive_as_they_are_there(
    store: Store, here: Account, planado_there: There
):
    create_remote_clients(planado_there, 12)
    brought(store, planado_there.account, one_with_everything(external_id="K 17"))

    done = planado_there.pull(here)

    assert fates(done.importer.counts) == {"created": 13}
    told = [
        written_objects(store, owner, planado_there.dialect)
        for owner in (here, planado_there.account)
    ]
    assert sorted(told[0]) == sorted(told[1])


# Later what has changed


def test_a_second_pull_asks_for_changes_and_writes_nothing(
    store: Store, here: Account, ninja_there: There, clock: Clock
):
    create_remote_clients(ninja_there, 6)
    ninja_there.pull(here)
    before, began = all_of(store, here), int(clock.now.timestamp())
    ninja_there.forget_calls()
    clock.tick(hours=1)

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {}
    [call] = ninja_there.faulty.asked
    assert call.url.params["updated_at"] == str(began - 120)
    assert all_of(store, here) == before


def test_a_full_pull_reads_everything_and_says_unchanged(
    store: Store, here: Account, ninja_there: There, clock: Clock
):
    create_remote_clients(ninja_there, 6)
    ninja_there.pull(here)
    before = all_of(store, here)
    clock.tick(hours=1)

    done = ninja_there.pull(here, is_whole=True)

    assert fates(done.importer.counts) == {"unchanged": 6}
    assert all_of(store, here) == before


def test_an_edit_there_arrives_and_leaves_the_others(
    store: Store, here: Account, ninja_there: There, clock: Clock
):
    create_remote_clients(ninja_there, 6)
    ninja_there.pull(here)
    clock.tick(hours=1)
    ninja_there.put(2, {"city": "Reus"})

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"changed": 1}
    assert store.get_client(here.id, 2).city == "Reus"
    assert [client.version for client in all_of(store, here)] == [1, 2, 1, 1, 1, 1]


def test_an_edit_in_planado_arrives(
    store: Store, here: Account, planado_there: There, clock: Clock
):
    keys = create_remote_clients(planado_there, 6)
    planado_there.pull(here)
    clock.tick(hours=1)
    planado_there.speaker.patched(keys[1], {"organization_name": "Renamed"})

    done = planado_there.pull(here)

    assert fates(done.importer.counts) == {"changed": 1}
    assert sorted(c.name for c in all_of(store, here) if c.version == 2) == ["Renamed"]


def test_an_edit_here_is_kept_though_the_client_is_read_again(
    store: Store, here: Account, ninja_there: There, edit: Callable[..., None]
):
    create_remote_clients(ninja_there, 3)
    ninja_there.pull(here)
    edit(here, 2, city="Vic")

    done = ninja_there.pull(here, is_whole=True)

    assert fates(done.importer.counts) == {"unchanged": 2, "kept": 1}
    assert store.get_client(here.id, 2).city == "Vic"
    [line] = lines(store, done.run)
    assert (line.kind, line.client, line.field) == ("kept", "0002 Client 2", "city")


@pytest.mark.parametrize(
    "case",
    [
        (ConflictPolicy.HOLD, False, "conflict", "Vic"),
        (ConflictPolicy.LOCAL, False, "kept", "Vic"),
        (ConflictPolicy.REMOTE, True, "changed", "Reus"),
        (ConflictPolicy.NEWEST, False, "changed", "Reus"),
        (ConflictPolicy.NEWEST, True, "kept", "Vic"),
    ],
)
def test_where_both_changed_the_policy_decides(
    store: Store,
    here: Account,
    ninja_there: There,
    edit: Callable[..., None],
    case: tuple[ConflictPolicy, bool, str, str],
):
    policy, is_here_later, fate, city = case
    create_remote_clients(ninja_there, 3)
    ninja_there.pull(here)
    ninja_there.clock.tick(hours=1)
    edits = [lambda: edit(here, 2, city="Vic"), lambda: ninja_there.put(2, {"city": "Reus"})]
    for change in reversed(edits) if is_here_later else edits:
        change()
        ninja_there.clock.tick(minutes=1)

    done = ninja_there.pull(here, policy=policy)

    assert fates(done.importer.counts) == {fate: 1}
    assert store.get_client(here.id, 2).city == city


def test_a_conflict_stays_one_until_it_is_decided(
    store: Store, here: Account, ninja_there: There, edit: Callable[..., None], clock: Clock
):
    create_remote_clients(ninja_there, 2)
    ninja_there.pull(here)
    clock.tick(hours=1)
    edit(here, 2, city="Vic")
    ninja_there.put(2, {"city": "Reus"})

    first, again = ninja_there.pull(here), ninja_there.pull(here)
    decided = ninja_there.pull(here, policy=ConflictPolicy.REMOTE)

    assert fates(first.importer.counts) == fates(again.importer.counts) == {"conflict": 1}
    assert fates(decided.importer.counts) == {"changed": 1}
    assert [(one.kind, one.field) for one in lines(store, first.run)] == [("conflict", "city")]


@pytest.mark.parametrize("state", [State.DELETED, State.ARCHIVED])
def test_what_is_deleted_or_archived_there_is_so_here(
    store: Store, here: Account, ninja_there: There, clock: Clock, state: State
):
    create_remote_clients(ninja_there, 3)
    ninja_there.pull(here)
    clock.tick(hours=1)
    store.set_client_state(ninja_there.account.id, 2, state)

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"changed": 1}
    assert written_objects(store, here) == written_objects(store, ninja_there.account)
    assert store.get_client(here.id, 2).is_deleted is (state is State.DELETED)


def test_what_was_pushed_is_no_change_when_it_is_pulled(
    store: Store, here: Account, ninja_there: There, planado_there: There
):
    create_remote_clients(ninja_there, 3)
    ninja_there.pull(here)
    planado_there.push(here)

    done = planado_there.pull(here)

    assert fates(done.importer.counts) == {"unchanged": 3}
    assert [client.external_id for client in all_of(store, here)] == [None] * 3


# What stops, and what does not


def test_a_rehearsal_counts_and_writes_nothing(store: Store, here: Account, ninja_there: There):
    create_remote_clients(ninja_there, 7)

    done = ninja_there.pull(here, is_dry_run=True)

    assert fates(done.importer.counts) == {"created": 7}
    assert (all_of(store, here), store.list_runs(here.id)) == ([], ())


def test_a_pull_that_dies_within_a_page_reads_that_page_again(
    store: Store, here: Account, ninja_there: There, monkeypatch: pytest.MonkeyPatch
):
    create_remote_clients(ninja_there, 12)
    import_clients, pages = store.import_clients, count(1)

    def dies(account_id: int, incoming: Any, **options: Any) -> Any:
        if incoming and next(pages) == 2:
            raise KeyboardInterrupt
        return import_clients(account_id, incoming, **options)

    monkeypatch.setattr(store, "import_clients", dies)
    with pytest.raises(KeyboardInterrupt):
        ninja_there.pull(here)

    done = ninja_there.pull(here, stopped_run(store, here))

    assert len(all_of(store, here)) == 12
    assert fates(done.importer.counts) == {"created": 12}


def test_too_many_changes_stop_before_the_batch_that_makes_them(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 12)

    with pytest.raises(TooManyChanges):
        ninja_there.pull(here, max_changes=7)

    assert len(all_of(store, here)) == 5
    assert stopped_run(store, here).counts == {"read": 5, "created": 5}


def test_as_many_changes_as_are_allowed_are_not_too_many(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 7)

    done = ninja_there.pull(here, max_changes=7)

    assert fates(done.importer.counts) == {"created": 7}


def test_ids_of_another_salt_stop_before_there_is_a_run(
    store: Store, ninja_there: There, new_account: Callable[..., Account]
):
    create_remote_clients(ninja_there, 3)
    salted = new_account(hash_salt="pepper")

    with pytest.raises(WrongSalt, match="salt"):
        ninja_there.pull(salted)

    assert (all_of(store, salted), store.list_runs(salted.id)) == ([], ())


def test_an_object_that_no_store_can_hold_is_a_line_and_the_rest_arrives(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 7)

    def spoilt(tree: Any) -> Any:
        tree["data"][1]["name"] = "nul \0 inside"
        return tree

    ninja_there.faulty.plan(rewritten(spoilt), page(1))
    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 6, "refused": 1}
    [line] = lines(store, done.run, "refused")
    assert line.client.startswith("0002")
    assert [client.serial for client in all_of(store, here)] == [1, 3, 4, 5, 6, 7]


def test_an_unknown_field_that_says_something_is_a_line(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 1)

    def newer(tree: Any) -> Any:
        tree["data"][0] |= {"loyalty": "gold", "empty": ""}
        return tree

    ninja_there.faulty.plan(rewritten(newer), is_list)
    done = ninja_there.pull(here)

    [line] = lines(store, done.run)
    assert (line.kind, line.field, line.text) == ("lost", "loyalty", "gold")


def test_a_number_that_is_taken_here_is_replaced_and_said(
    store: Store, here: Account, ninja_there: There
):
    brought(store, here, ImportClient(number="0001", organization_name="Ours", serial=9))
    create_remote_clients(ninja_there, 2)

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 2}
    said = [(line.client, line.field) for line in lines(store, done.run, "lost")]
    assert said == [("0001 Client 1", "contacts[0].id"), ("0001 Client 1", "number")]
    assert store.get_client(here.id, 1).number != "0001"


def test_a_link_without_a_base_gets_one_while_both_sides_are_in_step(
    store: Store, here: Account, ninja_there: There, edit: Callable[..., None]
) -> None:
    """Links of older gateways have none."""
    create_remote_clients(ninja_there, 1)
    ninja_there.pull(here)
    [link] = store.scan_links(here.id, ninja_there.source)
    bare = link._replace(origin=structs.replace(link.origin, agreed=None))
    progress = RunProgress(checkpoint="", counts={})
    store.link_clients(here.id, [bare], run_id=last_run(store, here).id, progress=progress)

    ninja_there.pull(here, is_whole=True)
    edit(here, link.serial, phone="22")
    ninja_there.clock.tick(hours=1)
    ninja_there.put(ninja_there.clients[0].serial, {"public_notes": "theirs"})
    done = ninja_there.pull(here)

    [client] = all_of(store, here)
    assert (client.phone, client.public_notes) == ("22", "theirs")
    assert fates(done.importer.counts) == {"changed": 1}


def test_one_run_at_a_time(store: Store, here: Account, ninja_there: There):
    another = StartRun(verb="pull", dialect="ninja", source="x", holder=alive())
    run = store.start_run(here.id, another)

    with pytest.raises(Invalid, match=f"run {run.id} of this account is under way"):
        ninja_there.pull(here)

    assert all_of(store, here) == []


def alive() -> str:
    """A process that certainly runs: the parent of this process."""
    return f"{socket.gethostname()} {os.getppid()}"
