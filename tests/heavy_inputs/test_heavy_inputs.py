"""No input makes others wait, takes much memory, or breaks the server."""

import pytest

from tests.campaigns.scale import rounds

from .conftest import Strained
from .heavy_input import HeavyInput
from .ninja_inputs import NINJA_INPUTS
from .planado_inputs import PLANADO_INPUTS
from .strained_server import Strain, strain_of

INPUTS = [*(("ninja", one) for one in NINJA_INPUTS), *(("planado", one) for one in PLANADO_INPUTS)]
LONGEST_WAIT = 0.3
TRIES = 3
LITTLE_PROCESSOR = 0.1
"""Seconds of processor time with which nobody is kept waiting. A machine with other work on it is
late now and then, an input that holds the server always is."""


def is_harmless(given: HeavyInput, strain: Strain) -> bool:
    is_answered = 200 <= strain.status < 500
    is_quick = strain.wait <= LONGEST_WAIT or strain.processor <= LITTLE_PROCESSOR
    return is_answered and is_quick and strain.memory <= given.memory


def test_no_input_holds_the_server(strained: Strained) -> None:
    """In the test suite, PostgreSQL gets each third of them."""
    server, keys, is_sqlite = strained
    harmful = {}

    for dialect, given in INPUTS if is_sqlite else INPUTS[:: rounds(3, 1)]:
        for _ in range(TRIES):
            strain = strain_of(server, dialect, keys[dialect], given)
            if is_harmless(given, strain):
                break
        else:
            harmful[dialect, given.name] = strain

    assert harmful == {}
    assert server.process.poll() is None


@pytest.mark.parametrize("dialect", ["ninja", "planado"])
def test_each_input_has_a_name_of_its_own(dialect: str) -> None:
    names = [given.name for tongue, given in INPUTS if tongue == dialect]

    assert len(set(names)) == len(names)
