"""All processes of the gateway are killed at once, under load and at any moment: what was
acknowledged is there, and no client is there by half."""

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.campaigns.scale import rounds

from .gateways import Gateway, gateway
from .journal import Journal
from .load import load

KILLS = rounds(3, 50)
LONGEST = 0.5
"""Seconds of load before a kill, once that load is under way."""
FEWEST = 5
"""Writes acknowledged before each kill, or the kill would prove little."""


@pytest.fixture
def served(empty: str, tmp_path: Path) -> Iterator[Gateway]:
    with gateway(empty, tmp_path) as served:
        yield served


def test_what_was_acknowledged_outlives_a_kill(served: Gateway) -> None:
    chance = random.Random(20)  # noqa: S311  moments, not secrets
    journal = Journal()

    for turn in range(KILLS):
        before = journal.acknowledged
        with load(served, journal, f"kill-{turn}"):
            journal.wait_for(before + FEWEST)
            time.sleep(chance.uniform(0, LONGEST))
            served.kill()
        served.start_again()
    sys.stdout.write(f"{KILLS} kills: {journal.acknowledged} writes acknowledged\n")

    assert served.lost(journal) == []
    assert served.halves() == 0
    if make_url(served.database).drivername == "sqlite":
        assert served.asked("PRAGMA integrity_check") == "ok"


def test_a_loss_and_a_half_client_would_be_noticed(served: Gateway) -> None:
    journal = Journal()
    with load(served, journal, "control"):
        journal.wait_for(FEWEST)

    served.done("UPDATE client SET version = version - 1 WHERE serial = 1")
    served.done("DELETE FROM contact WHERE client_serial = 2")

    assert len(served.lost(journal)) == 1
    assert served.halves() == 1
