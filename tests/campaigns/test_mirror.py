"""A mirror of two live services on sockets, edited on both sides all the time, and killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from dialects.ninja import DIALECT as NINJA
from dialects.planado import DIALECT as PLANADO
from gateway.app import DIALECTS
from gateway.migration.counterparts import Sides
from gateway.migration.link_keys import link_keys
from gateway.migration.live.check import CheckResult, check
from gateway.migration.live.mirror import LiveService, MirrorLoop, MirrorPace
from gateway.migration.reconcile import Side
from gateway.migration.settlement import settle_conflict
from gateway.remote.http_client import HttpClient
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateService
from storage.model.conflicts import ConflictState
from storage.model.runs import MirroredService, MirrorReport, MirrorState
from storage.store import Store
from tests.campaigns.scale import rounds
from tests.support.live_server import Served, served_services

CLIENTS = rounds(12, 200)
EDITS = rounds(150, 10_000)
DISJOINT_ROUNDS = rounds(8, 1000)
SAME_ROUNDS = rounds(4, 1000)
KILLS = rounds(3, 100)
KILLED_CLIENTS = rounds(30, 1000)
PACE = MirrorPace(cycle=timedelta(seconds=0), sweep=timedelta(days=1))
CHANCE = random.Random(7)  # noqa: S311  edits, not secrets


class CountedClient(HttpClient):
    """An HTTP client that counts its writes."""

    writes = 0

    def request(self, method: str, path: str, **options: Any) -> Any:
        self.writes += method != "GET"
        return super().request(method, path, **options)


class Live(NamedTuple):
    """A mirror, and a caller of each of its services."""

    store: Store
    account: Account
    loop: MirrorLoop
    services: list[LiveService]
    ninja: httpx.Client
    planado: httpx.Client

    def key_of(self, client_id: str) -> str:
        """Return the key in Planado of a client of Ninja."""
        return f"ninja-{self.store.list_services(self.account.id)[0].tag}-{client_id}"

    def cycle(self) -> MirrorReport:
        return self.loop.cycle(self.store.get_mirror(self.account.id).report)

    def writes(self) -> int:
        """Return how many writes there were since the last call."""
        clients = [service.http for service in self.services]
        number = sum(one.writes for one in clients if isinstance(one, CountedClient))
        for one in clients:
            setattr(one, "writes", 0)  # noqa: B010  the type of the service has none
        return number

    def different(self) -> list[str]:
        return [
            f"{service.name}: {found.client} {found.fields}"
            for service in self.services
            for found in check(service.sides, service.http, lambda _done, _total: None)
            if found.result is not CheckResult.SAME
        ]


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Served]:
    """A server that plays both services, each with an account of its own."""
    folder = tmp_path / "there"
    folder.mkdir()
    with served_services(folder) as server:
        yield server


@pytest.fixture
def live(there: Served, tmp_path: Path) -> Iterator[Live]:
    store = Store.open(f"sqlite:///{tmp_path / 'here.db'}")
    account = store.create_account(CreateAccount(name="acme"))
    services = []
    for dialect in (NINJA, PLANADO):
        headers = dialect.credentials(there.tokens[dialect.name], dialect.options())
        command = CreateService(dialect=dialect.name, url=there.url)
        service = store.create_service(account.id, command)
        keys = link_keys(store, account, DIALECTS, service)
        sides = Sides(store, account, dialect, service.source, keys)
        services.append(LiveService(sides, CountedClient(there.url, headers)))
    mirrored = (MirroredService(dialect=one.name, source=one.sides.source) for one in services)
    store.create_mirror(account.id, tuple(mirrored))
    loop = MirrorLoop(store, account, services, PACE, clock=lambda: datetime.now(UTC))
    with there.caller("ninja") as ninja, there.caller("planado") as planado:
        yield Live(store, account, loop, services, ninja, planado)
    for service in services:
        service.http.close()
    store.close()


def create_clients(live: Live, number: int) -> list[str]:
    """Create clients in Ninja and carry them to Planado; return their ids in Ninja."""
    ids = []
    for n in range(number):
        contact = {"first_name": "Ada", "email": f"a{n}@example.com"}
        body = {"name": f"Client {n}", "contacts": [contact]}
        ids.append(live.ninja.post("/clients", json=body).raise_for_status().json()["data"]["id"])
    live.cycle()
    live.cycle()
    return ids


def ninja_note(live: Live, client_id: str, n: int) -> None:
    live.ninja.put(f"/clients/{client_id}", json={"public_notes": f"n{n}"}).raise_for_status()


def ninja_phone(live: Live, client_id: str, n: int) -> None:
    live.ninja.put(f"/clients/{client_id}", json={"phone": f"n{n}"}).raise_for_status()


def planado_address(live: Live, client_id: str, n: int) -> None:
    body = {"site_address": {"formatted": f"p{n} Street"}}
    live.planado.patch(f"/clients/{live.key_of(client_id)}", json=body).raise_for_status()


def planado_phone(live: Live, client_id: str, n: int) -> None:
    path = f"/clients/{live.key_of(client_id)}"
    shown = live.planado.get(path).raise_for_status().json()["client"]
    others = [line for line in shown["contacts"] if line["name"]]
    line = {"name": None, "value": f"p{n}", "type": "phone"}
    live.planado.patch(path, json={"contacts": [line, *others]}).raise_for_status()


EDIT_WAYS: tuple[Callable[[Live, str, int], None], ...] = (
    ninja_note,
    ninja_phone,
    planado_address,
    planado_phone,
)


def test_a_storm_of_edits_on_both_sides_ends_in_rest(live: Live) -> None:
    ids = create_clients(live, CLIENTS)

    for n in range(EDITS):
        CHANCE.choice(EDIT_WAYS)(live, CHANCE.choice(ids), n)
        if n % (EDITS // 10) == 0:
            live.cycle()
    live.cycle()
    live.cycle()
    live.writes()
    live.cycle()

    assert live.writes() == 0
    held = live.store.list_conflicts(live.account.id, ConflictState.OPEN)
    in_conflict = {one.client_serial for one in held}
    assert {one.group for one in held} <= {"phone"}
    assert len(live.different()) == len(in_conflict) * (1 if in_conflict else 0)


def test_edits_of_different_fields_all_merge(live: Live) -> None:
    [client_id] = create_clients(live, 1)

    for n in range(DISJOINT_ROUNDS):
        ninja_note(live, client_id, n)
        planado_address(live, client_id, n)
        live.cycle()
        shown = live.ninja.get(f"/clients/{client_id}").json()["data"]
        assert (shown["public_notes"], shown["shipping_address1"]) == (f"n{n}", f"p{n} Street")
    assert live.store.list_conflicts(live.account.id) == ()


def test_edits_of_one_field_are_conflicts_and_nothing_is_written_over(live: Live) -> None:
    [client_id] = create_clients(live, 1)
    planado = live.services[1].sides

    for n in range(SAME_ROUNDS):
        ninja_phone(live, client_id, n)
        planado_phone(live, client_id, n)
        live.cycle()
        assert phones(live, client_id) == (f"n{n}", f"p{n}")
        [conflict] = live.store.list_conflicts(live.account.id, ConflictState.OPEN)
        winner = (Side.HERE, Side.THERE)[n % 2]
        settle_conflict(live.store, live.account, planado.dialect, conflict, winner)
        live.cycle()
        assert phones(live, client_id) == ((f"n{n}", f"p{n}")[n % 2],) * 2

    rows = live.store.list_conflicts(live.account.id)
    both = [f"n{n}" in row.here and f"p{n}" in row.there for n, row in enumerate(rows)]
    assert both == [True] * SAME_ROUNDS
    assert live.different() == []


def phones(live: Live, client_id: str) -> tuple[str, str]:
    """Return the phone of a client as Ninja and as Planado show it."""
    path = f"/clients/{live.key_of(client_id)}"
    in_ninja = live.ninja.get(f"/clients/{client_id}").raise_for_status().json()["data"]
    shown = live.planado.get(path).raise_for_status().json()["client"]
    [own] = [line["value"] for line in shown["contacts"] if not line["name"]]
    return in_ninja["phone"], own


def test_a_mirror_that_is_killed_again_and_again_doubles_nobody_and_loses_no_edit(
    there: Served, live: Live, tmp_path: Path
) -> None:
    ids = create_clients(live, KILLED_CLIENTS)
    environment = os.environ | {
        "GATEWAY_DATABASE_URL": f"sqlite:///{tmp_path / 'here.db'}",
        "NINJA_TOKEN": there.tokens["ninja"],
        "PLANADO_KEY": there.tokens["planado"],
    }
    live.store.set_mirror_state(live.account.id, MirrorState.RUNNING)
    command = [sys.executable, "-m", "gateway", "mirror", "run", "--account", "acme"]

    for n in range(KILLS):
        ninja_phone(live, CHANCE.choice(ids), n)
        planado_address(live, CHANCE.choice(ids), n)
        process = subprocess.Popen(  # noqa: S603  our own
            [*command, "--every", "1"], env=environment, stdout=subprocess.DEVNULL
        )
        time.sleep(CHANCE.uniform(0.8, 3))
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(3):
        live.cycle()

    assert len(list(live.store.scan_clients(live.account.id, limit=10_000))) == KILLED_CLIENTS
    assert live.different() == []
    assert live.store.list_conflicts(live.account.id) == ()
