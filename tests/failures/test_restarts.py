"""PostgreSQL goes away under load and comes back, and the gateway recovers alone.

No caller hangs or gets a wrong answer, no acknowledged write is lost, and no operator is needed.
"""

import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.campaigns.scale import rounds
from tests.failures.acknowledged_writes import Journal
from tests.failures.load import load
from tests.failures.postgres_server import Server
from tests.failures.server_process import Gateway, gateway

LONGEST_RECOVERY = 5.0
LONGEST_ANSWER = 5.0
UP, DOWN = 1.0, 3.0
"""Seconds of load before and after an outage, and of the outage."""
ENDS: dict[str, Callable[[Server], None]] = {"stopped": Server.stop, "killed": Server.kill}


@pytest.fixture(scope="module")
def served(postgresql: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(postgresql.url, tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.mark.parametrize("turn", range(rounds(1, 10)))
@pytest.mark.parametrize("end", ENDS)
def test_a_database_that_is_gone_for_a_while_costs_refusals_and_nothing_else(
    postgresql: Server, served: Gateway, end: str, turn: int
) -> None:
    journal = Journal()

    with load(served, journal, f"{end}-{turn}"):
        time.sleep(UP)
        ENDS[end](postgresql)
        time.sleep(DOWN)
        back = time.monotonic()
        postgresql.start()
        time.sleep(UP)
    figures = journal.figures(back)
    sys.stdout.write(f"{end}: {figures}\n")

    assert journal.troubles == set()
    assert served.lost(journal) == []
    assert served.halves() == 0
    assert figures.refused > 0
    assert figures.acknowledged > 20
    assert figures.recovery < LONGEST_RECOVERY
    assert figures.slowest < LONGEST_ANSWER
    assert "Traceback" not in served.log.read_text()


READY = {"write": "ok", "schema": "ok", "blobs": "ok", "disk": "ok"}
GONE = READY | {"write": "failed", "schema": "failed"}
RESULT_AGE = 1.0
"""Seconds for which a worker gives the results of one run of the checks."""


def seconds_until(served: Gateway, wanted: dict[str, str]) -> float:
    """Ask for the readiness until it is as wanted, and return how long it took."""
    started = time.monotonic()
    while (checks := httpx.get(f"{served.url}/readyz", timeout=20).json()["checks"]) != wanted:
        assert time.monotonic() - started < 3 * LONGEST_RECOVERY, checks
        time.sleep(0.1)
    return time.monotonic() - started


def test_readiness_tells_of_a_database_that_is_gone_and_of_its_return(
    postgresql: Server, served: Gateway
) -> None:
    seconds_until(served, READY)

    postgresql.stop()
    until_gone = seconds_until(served, GONE)
    alive = httpx.get(f"{served.url}/livez").status_code
    postgresql.start()
    until_back = seconds_until(served, READY)
    sys.stdout.write(f"gone after {until_gone:.1f} s, back after {until_back:.1f} s\n")

    assert alive == 200
    assert until_back < LONGEST_RECOVERY + RESULT_AGE
