"""A request that got no answer because of a kill is sent again with its key: it counts once."""

import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx
import pytest

from tests.campaigns.scale import campaign, rounds
from tests.failures.dialect_writers import TONGUES
from tests.failures.fault_injection import commit_before_the_key
from tests.failures.server_process import Gateway, gateway

KILLS = rounds(2, 50)
ENOUGH = 5
"""Kills that find a fault which is there."""
CALLERS = 4
LONGEST = 0.4
"""Seconds of load before a kill, once that load is under way."""
FEWEST = 5
"""Writes acknowledged before each kill."""
CLIENTS = "SELECT count(*) FROM client"
KEYS = "SELECT count(*) FROM idempotency_key WHERE status NOT BETWEEN 200 AND 299"
Sent = dict[tuple[str, str], bytes | None]
"""The body of the first answer by dialect and key; None if none came."""


@pytest.fixture
def served(database: str, tmp_path: Path) -> Iterator[Gateway]:
    with gateway(database, tmp_path) as served:
        yield served


def create(caller: httpx.Client, dialect: str, key: str) -> httpx.Response:
    caller.headers["Idempotency-Key"] = key
    return TONGUES[dialect].create(caller, key, f"{key} 0")


def send_until(served: Gateway, done: Event, sent: Sent, dialect: str, name: str) -> None:
    """Create clients, one after the other, until the server is gone."""
    with served.caller(dialect) as caller:
        for n in range(10_000):
            key = f"{name}-{n}"
            sent[dialect, key] = None
            try:
                answer = create(caller, dialect, key)
            except httpx.TransportError:
                return
            assert answer.is_success, answer.text
            sent[dialect, key] = answer.content
            if done.is_set():
                return


def send_and_kill(served: Gateway, chance: random.Random, turn: int) -> Sent:
    sent: Sent = {}
    done = Event()
    with ThreadPoolExecutor(2 * CALLERS) as pool:
        for dialect in TONGUES:
            for n in range(CALLERS):
                pool.submit(send_until, served, done, sent, dialect, f"{turn}-{dialect}-{n}")
        deadline = time.monotonic() + 30
        while sum(body is not None for body in list(sent.values())) < FEWEST:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(chance.uniform(0, LONGEST))
        served.kill()
        done.set()
    served.start_again()
    return sent


def send_again(served: Gateway, sent: Sent) -> list[str]:
    """Send every request again, twice; return what is answered otherwise than the first time."""
    wrong = []
    for dialect in TONGUES:
        with served.caller(dialect) as caller:
            for key in [key for of, key in sent if of == dialect]:
                again, once_more = (create(caller, dialect, key) for _ in range(2))
                first = sent[dialect, key]
                is_same = again.is_success and again.content == once_more.content
                if not is_same or first not in {None, again.content}:
                    wrong.append(f"{dialect} {key}: {first!r}, {again!r}, {once_more!r}")
    return wrong


def kill_often(served: Gateway, kills: int) -> tuple[int, int, list[str]]:
    """Return how many requests were sent, how many had no answer, and what went wrong."""
    chance = random.Random(5)  # noqa: S311  moments, not secrets
    sent, unanswered = 0, 0
    for turn in range(kills):
        requests = send_and_kill(served, chance, turn)
        sent += len(requests)
        unanswered += sum(body is None for body in requests.values())
        if wrong := send_again(served, requests):
            return sent, unanswered, wrong
        clients = int(served.asked(CLIENTS))
        if clients != sent:
            return sent, unanswered, [f"{sent} requests made {clients} clients"]
    return sent, unanswered, []


def test_a_request_that_a_kill_left_unanswered_counts_once(served: Gateway) -> None:
    sent, unanswered, wrong = kill_often(served, KILLS)

    assert wrong == []
    assert unanswered > 0
    assert served.asked(KEYS) == "0"
    sys.stdout.write(f"{KILLS} kills: {sent} requests, {unanswered} without an answer\n")


@campaign
def test_a_key_that_is_committed_after_its_effect_would_be_caught(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'gateway.db'}"
    with gateway(database, tmp_path, commit_before_the_key) as served:
        assert kill_often(served, ENOUGH)[2] != []
