"""PostgreSQL goes away under load and comes back, and the gateway recovers alone.

No caller hangs or gets a wrong answer, no acknowledged write is lost, and no operator is needed.
"""

import sys
import time
from collections.abc import Callable, Iterator

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
