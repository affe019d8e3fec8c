"""The measurement behind `make bench`: a failed request must not count as a fast one."""

from pathlib import Path

import msgspec
import pytest

from bench import checking
from bench.curve import Answered
from bench.faults import Unfit
from bench.loading import Load, Played, measured, parsed
from bench.questions import Question
from bench.results import Spread, growth, ratio
from bench.rounds import Turn
from bench.scripts import Ask, Order, Script
from bench.servers import Answer

ASKS = (Ask("/api/v1/clients/a", shows=("a",)), Ask("/api/v1/clients/b", "PUT", '{"name":"B"}'))
SCRIPT = Script(headers={"X-API-TOKEN": "t"}, asks=ASKS, order=Order.ONCE)
PLAYED = Played(
    answers=600, seconds=3.0, size=60_000, p50=1.5, p99=9.0, broken=0, refused=0, played_out=False
)


def load(rate: float) -> Load:
    return Load(rate=rate, seconds=3.0, answers=1, size=100.0, p50=1.0, p99=2.0, work=0.3)


def turns(*rates: float) -> list[Turn]:
    return [Turn(load=load(rate), server_busy=1.0, others=0.0) for rate in rates]


def test_what_wrk_says_is_read() -> None:
    said = b"Running 3s test\n  600 requests in 3.00s\n\n" + msgspec.json.encode(PLAYED) + b"\n"

    assert parsed(said) == PLAYED
    assert measured(PLAYED, SCRIPT, work=0.3).rate == 200
    assert measured(PLAYED, SCRIPT, work=0.3).size == 100
    assert measured(PLAYED, SCRIPT, work=0.3).busy == pytest.approx(0.1)


@pytest.mark.parametrize(
    "wrong", [{"broken": 1}, {"refused": 1}, {"answers": 0}, {"played_out": True}]
)
def test_a_load_with_failures_is_no_figure(wrong: dict[str, int]) -> None:
    with pytest.raises(Unfit):
        measured(msgspec.structs.replace(PLAYED, **wrong), SCRIPT, work=0.3)


def test_a_script_is_written_as_wrk_plays_it(tmp_path: Path) -> None:
    path = SCRIPT.write(tmp_path / "requests.txt")

    expected = 'X-API-TOKEN: t\n\nGET\t/api/v1/clients/a\t\nPUT\t/api/v1/clients/b\t{"name":"B"}\n'
    assert path.read_text() == expected
    assert path.stat().st_mode & 0o077 == 0


def test_ratios_are_those_of_each_round() -> None:
    found = ratio(turns(10, 100, 30), turns(10, 200, 30), asked=0.9)

    assert found.value == Spread(1.0, 0.5, 1.0)
    assert found.is_met
    assert not ratio(turns(10), turns(20), asked=0.6).is_met
    assert ratio(turns(10), turns(20), asked=None).is_met is None


def test_growth_is_of_medians_and_keeps_both_limits() -> None:
    slow = Answered(question="q", took={1000: [1.0, 2.0, 9.0], 10_000: [3.0, 4.0, 5.0]})
    question = Question(name="q", title="q", paths=lambda _: iter(()))

    assert growth(question, slow).growth == 2
    assert growth(question, slow).is_met
    assert not growth(msgspec.structs.replace(question, growth=1.9), slow).is_met
    assert not growth(msgspec.structs.replace(question, limit=4.0), slow).is_met


@pytest.mark.parametrize(
    ("ask", "shown"),
    [
        (ASKS[0], [{"id": "b", "contacts": [1, 2]}]),
        (ASKS[0], []),
        (ASKS[0], [{"id": "a", "contacts": [1]}]),
        (ASKS[1], [{"id": "b", "contacts": [1, 2], "name": "A"}]),
    ],
)
def test_a_wrong_answer_is_noticed(ask: Ask, shown: list[dict[str, object]]) -> None:
    with pytest.raises(Unfit):
        checking.check_shown(ask, shown)


def test_answers_that_turn_short_under_load_are_noticed() -> None:
    full = Answer(200, [("content-length", "4000")], b"x" * 4000)

    with pytest.raises(Unfit):
        checking.check_size(load(10.0), [full], "a list")


@pytest.mark.parametrize("grown", [599, 617])
def test_clients_that_are_missing_or_too_many_are_noticed(grown: int) -> None:
    acknowledged = measured(PLAYED, SCRIPT, work=0.3)

    checking.check_growth(100, 100 + 616, acknowledged)
    with pytest.raises(Unfit):
        checking.check_growth(100, 100 + grown, acknowledged)
