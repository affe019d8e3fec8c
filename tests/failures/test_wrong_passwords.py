"""Many wrong passwords at once: readers hardly wait, and memory is bounded."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from argon2 import PasswordHasher

from storage.accounts import passwords
from storage.store import Store
from tests.support.live_server import Served, served

LONGEST_WAIT = 0.1
HASH_MEMORY = 64 * 2**20
WRONG = {"X-API-PASSWORD": "wrong"}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    # The other tests have cheap hashes, and a hash says how much it costs.
    monkeypatch.setattr(passwords, "PASSWORD_HASHER", PasswordHasher())
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    with served(tmp_path, GATEWAY_DATABASE_URL=url) as server:
        store = Store.open(url)
        store.set_password("acme", "right")
        store.close()
        yield server


def read_times(server: Served, end: Event) -> list[float]:
    """Read until the end, and return how long each read took."""
    times = []
    with server.caller("planado") as caller:
        caller.get("/clients")
        while not end.is_set():
            started = time.perf_counter()
            assert caller.get("/clients?limit=1").status_code == 200
            times.append(time.perf_counter() - started)
            time.sleep(0.005)
    return sorted(times)


def purge(server: Served) -> int:
    with server.caller("ninja") as caller:
        return caller.post("/clients/VolejRejNm/purge", headers=WRONG).status_code


def test_readers_hardly_wait_for_24_wrong_passwords_at_once(server: Served) -> None:
    before, end = server.memory("VmRSS"), Event()

    with ThreadPoolExecutor(25) as pool:
        reading = pool.submit(read_times, server, end)
        codes = list(pool.map(purge, [server] * 24))
        end.set()
    times, grown = reading.result(), server.memory("VmHWM") - before
    slow = times[int(len(times) * 0.99)]
    sys.stdout.write(f"{len(times)} reads, p99 {slow:.3f} s, {grown / 2**20:.0f} MiB\n")

    assert slow <= LONGEST_WAIT
    assert grown < 2 * HASH_MEMORY + 2**24
    assert set(codes) == {412, 429}
    assert codes.count(412) <= 21
