"""All processes of the gateway are killed at once, under load and at any moment.

Every acknowledged write is still there, and no client is written by half.
"""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.campaigns.scale import campaign, rounds
from tests.failures.acknowledged_writes import Journal
from tests.failures.fault_injection import (
    Fault,
    answer_before_the_commit,
    commit_before_the_contacts,
)
from tests.failures.load import load
from tests.failures.server_process import Gateway, gateway

KILLS = rounds(2, 50)
ENOUGH = 5
"""Kills that find a fault which is there: nearly always the first one does."""
LONGEST = 0.5
"""Seconds of load before a kill, once that load is under way."""
FEWEST = 5
"""Writes acknowledged before each kill, or the kill would prove little."""


@pytest.fixture
def served(database: str, tmp_path: Path) -> Iterator[Gateway]:
    with gateway(database, tmp_path) as served:
        yield served


def faulty(folder: Path, fault: Fault) -> AbstractContextManager[Gateway]:
    return gateway(f"sqlite:///{folder / 'gateway.db'}", folder, fault)


def killed(served: Gateway, kills: int) -> Iterator[Journal]:
    """Yield the journal of all acknowledged writes after each kill and restart.

    Look at it each time: clients of the next kills may get the keys of lost clients.
    """
    chance = random.Random(20)  # noqa: S311  moments, not secrets
    journal = Journal()
    for turn in range(kills):
        before = journal.acknowledged
        with load(served, journal, f"kill-{turn}"):
            journal.wait_for(before + FEWEST)
            time.sleep(chance.uniform(0, LONGEST))
            served.kill()
        served.start_again()
        yield journal


def test_what_was_acknowledged_outlives_a_kill(served: Gateway) -> None:
    for journal in killed(served, KILLS):
        assert served.lost(journal) == []
        assert served.halves() == 0
    sys.stdout.write(f"{KILLS} kills: {journal.acknowledged} writes acknowledged\n")

    if make_url(served.database).drivername == "sqlite":
        assert served.asked("PRAGMA integrity_check") == "ok"


@campaign
def test_a_gateway_that_answers_before_it_commits_would_be_caught(tmp_path: Path) -> None:
    with faulty(tmp_path, answer_before_the_commit) as served:
        assert any(served.lost(journal) for journal in killed(served, ENOUGH))


@campaign
def test_a_gateway_that_writes_a_client_in_two_transactions_would_be_caught(tmp_path: Path) -> None:
    with faulty(tmp_path, commit_before_the_contacts) as served:
        assert any(served.halves() for _ in killed(served, ENOUGH))


def test_a_loss_and_a_half_client_would_be_noticed(served: Gateway) -> None:
    journal = Journal()
    with load(served, journal, "control"):
        journal.wait_for(FEWEST)

    served.done("UPDATE client SET version = version - 1 WHERE serial = 1")
    served.done("DELETE FROM contact WHERE client_serial = 2")

    assert len(served.lost(journal)) == 1
    assert served.halves() == 1
