"""Invoice Ninja of an older version, which does not show some fields, and its upgrade."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.migration.live.check import CheckResult
from gateway.settings import Settings
from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    InProcess,
    There,
    all_of,
    brought,
    fates,
    lines,
    one_engine,
    there as there_of,
)
from tests.support.api_callers import Ninja
from tests.support.clock import Clock
from tests.support.original_ninja import OriginalNinja

Edit = Callable[..., None]
pytestmark = one_engine
NEW_FIELDS = {
    "classification": "company",
    "routing_id": "DE1",
    "is_tax_exempt": True,
    "has_valid_vat_number": True,
}
EMPTY_FIELDS: dict[str, Any] = {
    "classification": "",
    "routing_id": "",
    "is_tax_exempt": False,
    "has_valid_vat_number": False,
}
"""Fields of a client that came with 5.5.103 and later."""


@pytest.fixture
def open_version(
    store: Store, clock: Clock, ninja_there: There
) -> Iterator[Callable[[str], There]]:
    """A function that opens the account of `ninja_there` as a server of a version."""
    opened: list[tuple[TestClient, There]] = []

    def made(version: str) -> There:
        settings = Settings(environment={"GATEWAY_NINJA_VERSION": version})
        app = OriginalNinja(create_app(store, settings), store, lambda: clock.now)
        http = TestClient(app, "http://ninja.test:8000", raise_server_exceptions=False)
        speaker = Ninja(http, ninja_there.speaker.token)
        service = there_of(store, ninja_there.account, speaker, InProcess(http, clock))
        opened.append((http, service))
        return service

    yield made
    for _http, service in opened:
        service.service.close()


def forget_new_fields(service: There) -> None:
    """Empty the fields that the old server has never kept, though ours has."""
    for client in service.clients:
        service.store.change_client(
            service.account.id, client.serial, lambda _record: ImportClient(**EMPTY_FIELDS)
        )


def test_fields_that_an_old_server_lacks_are_kept_here_and_told_after_its_upgrade(
    store: Store, here: Account, open_version: Callable[[str], There], edit: Edit
) -> None:
    brought(store, here, ImportClient(organization_name="Acme", **NEW_FIELDS))
    old = open_version("5.3.100")
    old.push(here)
    forget_new_fields(old)

    [checked] = old.check(here)
    edit(here, 1, city="Vic")
    old.push(here)
    old.clock.tick(minutes=10)
    old.pull(here, is_whole=True)
    upgraded = open_version("5.10.17")
    upgraded.clock.tick(minutes=10)
    upgraded.pull(here, is_whole=True)
    upgraded.push(here)

    [client], [there] = all_of(store, here), upgraded.clients
    for name, value in NEW_FIELDS.items():
        assert getattr(client, name) == value, f"{name} was erased here"
        assert getattr(there, name) == value, f"{name} was not told"
    assert there.city == "Vic"
    assert checked.result is CheckResult.SAME
    assert {"routing_id", "is_tax_exempt"} <= set(checked.hidden)
    assert store.list_conflicts(here.id) == ()


def test_what_is_entered_in_the_upgraded_server_is_taken(
    store: Store, here: Account, open_version: Callable[[str], There]
) -> None:
    brought(store, here, ImportClient(organization_name="Acme"))
    open_version("5.3.100").push(here)
    upgraded = open_version("5.10.17")
    upgraded.clock.tick(minutes=10)
    upgraded.put(upgraded.clients[0].serial, {"routing_id": "DE2"})

    done = upgraded.pull(here)

    assert all_of(store, here)[0].routing_id == "DE2"
    assert fates(done.importer.counts) == {"changed": 1}


@pytest.mark.parametrize("version", ["5.3.100", "5.5.124", "5.10.17"])
def test_edits_reach_a_server_of_any_age_and_a_second_round_writes_nothing(
    store: Store,
    here: Account,
    open_version: Callable[[str], There],
    edit: Edit,
    version: str,
) -> None:
    brought(store, here, *(ImportClient(organization_name=f"C {n}") for n in range(3)))
    service = open_version(version)
    service.push(here)
    edit(here, 2, phone="22")

    done = service.push(here)
    service.clock.tick(minutes=10)
    pulled = service.pull(here, is_whole=True)

    assert fates(done.counts) == {"changed": 1, "unchanged": 2}
    assert fates(pulled.importer.counts) == {"unchanged": 3}
    assert {one.result for one in service.check(here)} == {CheckResult.SAME}
    assert lines(store, pulled.run) == []
    assert fates(service.push(here).counts) == {"unchanged": 3}
