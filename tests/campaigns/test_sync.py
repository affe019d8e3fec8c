"""A pull, push or import that is killed at any moment resumes and ends as if it had not been
killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dialects.ninja import DIALECT as NINJA
from dialects.planado import DIALECT as PLANADO
from gateway.demo.clients import demo_generators
from gateway.demo.fill import fill_account
from gateway.migration.link_keys import account_tag
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateToken
from storage.model.records import Client
from storage.store import Store
from tests.campaigns.scale import rounds
from tests.support.live_server import Served, served

KILLS = rounds(1, 50)
CLIENTS = rounds(600, 3000)
PUSHED = rounds(60, 300)
IMPORTED = rounds(6000, 10_000)


class Here:
    """A gateway database of the test's own, and the command line that works on it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.url = f"sqlite:///{folder / 'here.db'}"
        self.environment = os.environ | {"GATEWAY_DATABASE_URL": self.url} | environment

    def started(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  our own
            [sys.executable, "-m", "gateway", *words, "--json"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def done(self, *words: str) -> dict[str, Any]:
        process = self.started(*words)
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
        found: dict[str, Any] = json.loads(out)
        return found

    def killed(self, seconds: float, *words: str) -> None:
        process = self.started(*words)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    def brought_to_an_end(self, *words: str) -> dict[str, Any]:
        """Finish a killed run and return its report.

        Starts the command again if no run had begun. Only shows the run if it was done before the
        kill.
        """
        runs = self.done("runs", "list")["runs"]
        if not runs:
            return self.done(*words)
        verb = "show" if runs[0]["state"] == "done" else "resume"
        return self.done("runs", verb, str(runs[0]["id"]))

    def clients(self) -> list[bytes]:
        """Return all clients as Invoice Ninja shows them, with ids and keys."""
        return [NINJA.codec.write_object(*pair) for pair in records(self.url, "acme")]


def records(url: str, name: str) -> list[tuple[Client, Account]]:
    store = Store.open(url)
    account = store.get_account(name)
    found = [(record, account) for record in store.scan_clients(account.id, limit=10_000)]
    store.close()
    return found


def fill_database(url: str, account: str, number: int) -> None:
    store = Store.open(url, demo_generators(0))
    owner = next((a for a in store.list_accounts() if a.name == account), None)
    for _ in fill_account(
        store, owner or store.create_account(CreateAccount(name=account)), 0, number
    ):
        pass
    store.close()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """The remote service, and the URL of its database."""
    folder = tmp_path_factory.mktemp("there")
    with served(folder) as server:
        yield server, f"sqlite:///{folder / 'gateway.db'}"


def kill_moments(latest: float) -> list[float]:
    """Choose the seconds after which to kill. The first 0.7 s are left out: Python is still
    starting."""
    chance = random.Random(7)  # noqa: S311  moments, not secrets
    return [chance.uniform(0.7, latest) for _ in range(KILLS)]


def test_a_killed_pull_goes_on_and_misses_nobody(there: tuple[Served, str], tmp_path: Path) -> None:
    server, database = there
    fill_database(database, "acme", CLIENTS)
    pull = ("pull", "ninja", "--account", "acme", "--url", server.url)
    expected = [NINJA.codec.write_object(*pair) for pair in records(database, "acme")]

    for n, moment in enumerate(kill_moments(rounds(1.5, 3))):
        here = fresh(tmp_path / str(n), NINJA_TOKEN=server.tokens["ninja"])
        here.killed(moment, *pull)
        report = here.brought_to_an_end(*pull)

        assert here.clients() == expected
        assert report["counts"] == {"read": CLIENTS, "created": CLIENTS}


def test_a_killed_push_goes_on_and_makes_nobody_twice(
    there: tuple[Served, str], tmp_path: Path
) -> None:
    server, database = there
    template = tmp_path / "template"
    template.mkdir()
    fill_database(f"sqlite:///{template / 'here.db'}", "acme", PUSHED)
    push = ("push", "planado", "--account", "acme", "--url", server.url, "--per-minute", "0")
    expected = [
        pushed_object(*pair) for pair in records(f"sqlite:///{template / 'here.db'}", "acme")
    ]

    for n, moment in enumerate(kill_moments(rounds(2, 5))):
        here = Here(copied(template, tmp_path / str(n)), **target(database, f"target {n}"))
        here.killed(moment, *push)
        here.brought_to_an_end(*push)

        received = [service_object(*pair) for pair in records(database, f"target {n}")]
        # Several are pushed at once, so that they arrive in another order.
        assert sorted(received, key=str) == sorted((one for one in expected if one), key=str)


def test_a_killed_import_goes_on_and_misses_nobody(tmp_path: Path) -> None:
    """Of a file whose clients arrive together, from another process."""
    there = fresh(tmp_path / "there")
    fill_database(there.url, "acme", IMPORTED)
    path = tmp_path / "clients.ndjson"
    expected = there.clients()
    path.write_bytes(b"\n".join(expected))
    read = ("import", str(path), "--account", "acme", "--dialect", "ninja")

    for n, moment in enumerate(kill_moments(rounds(2, 4))):
        here = fresh(tmp_path / str(n))
        here.killed(moment, *read)
        report = here.brought_to_an_end(*read)

        assert here.clients() == expected
        assert report["counts"] == {"read": IMPORTED, "created": IMPORTED}


def pushed_object(record: Client, account: Account) -> dict[str, Any]:
    """Return the object that the service must show after one single push."""
    if record.is_deleted:
        return {}
    key = f"ninja-{account_tag(account)}-{NINJA.codec.id_of(record, account)}"
    return service_object(record, account) | {
        "external_id": record.external_id or key,
        "version": 1,
    }


def service_object(record: Client, account: Account) -> dict[str, Any]:
    """Return the object as Planado shows it, without the fields that a service generates."""
    found: dict[str, Any] = json.loads(PLANADO.codec.write_object(record, account))
    return {k: v for k, v in found.items() if k not in {"uuid", "created_at", "updated_at"}}


def fresh(folder: Path, **environment: str) -> Here:
    folder.mkdir()
    here = Here(folder, **environment)
    store = Store.open(here.url)
    store.create_account(CreateAccount(name="acme"))
    store.close()
    return here


def copied(template: Path, folder: Path) -> Path:
    shutil.copytree(template, folder)
    return folder


def target(database: str, name: str) -> dict[str, str]:
    """Create an account at the service and return the environment variable with its key."""
    store = Store.open(database)
    store.create_account(CreateAccount(name=name))
    _, token = store.create_token(CreateToken(account=name, dialect="planado"))
    store.close()
    return {"PLANADO_KEY": str(token)}
