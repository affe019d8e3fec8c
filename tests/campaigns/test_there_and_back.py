"""Clients of one Invoice Ninja are pulled, pushed into an empty one, and pulled from that.

Those that are deleted are not pushed.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import application
from tests.campaigns.scale import rounds
from tests.support.live_server import ORIGINAL, Served, served, served_services

CLIENTS = rounds(40, 20_000)
EACH_SERVER_SETS = {
    *("id", "user_id", "client_hash", "created_at", "updated_at", "last_login", "contact_key"),
    *("balance", "paid_to_date", "payment_balance", "credit_balance", "link"),
}
"""The fields of clients and contacts that no request can set."""


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "old").mkdir()
    with served_services(tmp_path / "old", CLIENTS) as server:
        yield server


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "new").mkdir()
    with served(tmp_path / "new", module=ORIGINAL) as server:
        yield server


class Times(dict[str, float]):
    """Seconds by command."""

    def run(self, words: str, server: Served | None = None) -> None:
        """Run a command line, which must succeed."""
        if server:
            token = server.tokens["ninja"]
            words = f"{words} --url {server.url} --token {token} --per-minute 0"
        began = time.monotonic()
        result = CliRunner().invoke(application(), words.split())
        self[" ".join(words.split()[:4])] = round(time.monotonic() - began, 2)
        assert result.exit_code == 0, result.output[-2000:]


def test_all_clients_are_the_same_there_and_back(
    old: Served, new: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "sqlite:///mine.db")
    times = Times()
    for name in ("first", "again", "second"):
        times.run(f"account create {name}")

    times.run("pull ninja --account first", old)
    times.run("pull ninja --account again", old)
    for name in ("first", "again"):
        times.run(f"export --account {name} --dialect ninja -o {name}.json")
    times.run("push ninja --account first --service new", new)
    times.run("pull ninja --account second", new)
    times.run("check ninja --account first --service new", new)
    times.run("export --account second --dialect ninja -o second.json")

    print(times, f"{CLIENTS / times['push ninja --account first']:.0f} a second pushed")  # noqa: T201
    assert Path("first.json").read_bytes() == Path("again.json").read_bytes()
    assert len(clients("first")) == CLIENTS
    living = [client for client in clients("first") if not client["is_deleted"]]
    assert list(map(settable, clients("second"))) == list(map(settable, living))


def clients(name: str) -> list[dict[str, Any]]:
    """Return the clients of an exported file by their numbers."""
    lines = Path(f"{name}.json").read_text().splitlines()
    return sorted(map(json.loads, lines), key=lambda client: str(client["number"]))


def settable(client: dict[str, Any]) -> dict[str, Any]:
    """Return what a request can set of a client."""
    own = {key: value for key, value in client.items() if key not in EACH_SERVER_SETS}
    contacts = [
        {key: value for key, value in contact.items() if key not in EACH_SERVER_SETS}
        for contact in client["contacts"]
    ]
    # When a client was archived is the server's own time.
    return own | {"contacts": contacts, "archived_at": client["archived_at"] > 0}
