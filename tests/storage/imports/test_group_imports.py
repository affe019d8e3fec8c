"""Imported clients bring their groups along."""

from datetime import UTC, datetime
from itertools import count

import pytest

from storage.imports.incoming import incoming_client
from storage.model.accounts import Account
from storage.model.commands import CreateGroup, ImportClient, ImportGroup
from storage.model.imports import ImportOutcome
from storage.model.queries import GroupQuery
from storage.model.records import Origin
from storage.model.runs import RunProgress, StartRun
from storage.store import Store

NUMBERS = count(1)
BORN = datetime(2019, 5, 1, 12, 0, 0, 5, UTC)
RETAIL = ImportGroup(serial=7, name="Retail", settings='{"currency_id":"3"}', created_at=BORN)


def arrived(store: Store, account: Account, *groups: ImportGroup) -> tuple[ImportOutcome, ...]:
    """Import one client for each group, and return the outcomes."""
    incoming = [
        incoming_client(
            Origin(source="test", foreign_id=str(next(NUMBERS)), stamp="1"),
            ImportClient(group_serial=group.serial),
            lambda _record: ImportClient(),
            (group,),
        )
        for group in groups
    ]
    run = store.start_run(account.id, StartRun(verb="pull", dialect="ninja", source="test"))
    progress = RunProgress(checkpoint="", counts={})
    return store.import_clients(
        account.id, incoming, run_id=run.id, record_progress=lambda _outcomes: progress
    )


def group_names(store: Store, account: Account) -> dict[int, str]:
    return {
        group.serial: group.name for group in store.list_groups(account.id, GroupQuery()).records
    }


def test_a_group_comes_along_once_under_its_own_serial(store: Store, account: Account) -> None:
    outcomes = arrived(store, account, RETAIL, RETAIL)

    [group] = store.list_groups(account.id, GroupQuery()).records
    assert (group.serial, group.name, group.settings) == (7, "Retail", '{"currency_id":"3"}')
    assert (group.created_at, group.updated_at) == (BORN, BORN)
    for outcome in outcomes:
        assert store.get_client(account.id, outcome.serial or 0).group_serial == 7


def test_a_group_that_is_here_stays_as_it_is(store: Store, account: Account) -> None:
    arrived(store, account, RETAIL)

    arrived(store, account, ImportGroup(serial=7, name="Wholesale"))

    assert group_names(store, account) == {7: "Retail"}


def test_a_name_that_is_taken_here_is_followed_by_the_serial(
    store: Store, account: Account
) -> None:
    mine = store.create_group(account.id, CreateGroup(name="retail"))

    arrived(store, account, RETAIL)

    assert group_names(store, account) == {mine.serial: "retail", 7: "Retail (7)"}


def test_later_groups_get_serials_beyond(store: Store, account: Account) -> None:
    arrived(store, account, RETAIL)

    assert store.create_group(account.id, CreateGroup(name="new")).serial == 8


@pytest.mark.parametrize("serial", [0, -1, 2**63 - 1])
def test_a_serial_that_no_group_can_have_brings_none(
    store: Store, account: Account, serial: int
) -> None:
    arrived(store, account, ImportGroup(serial=serial, name="Retail"))

    assert group_names(store, account) == {}
