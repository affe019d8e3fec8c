"""The call pacer: never more calls a minute than agreed, and nearly as many."""

from itertools import pairwise

import httpx
import pytest

from gateway.remote.failures import AttemptFailure, HttpCall, RetriesExhausted
from gateway.remote.retry_policy import CallLimits, CallPacer, RetryPolicy
from tests.gateway.remote.conftest import Hours, Open

RATES = [1, 2, 10, 23, 60, 90, 300]


def turns(hours: Hours, per_minute: int, number: int) -> list[float]:
    pace = CallPacer(per_minute, clock=hours.clock, sleep=hours.sleep)
    moments = []
    for _ in range(number):
        pace.wait_for_turn()
        moments.append(hours.now)
    return moments


@pytest.mark.parametrize("per_minute", RATES)
def test_no_minute_sees_more_turns_than_agreed(hours: Hours, per_minute: int) -> None:
    moments = turns(hours, per_minute, 3 * per_minute + 1)

    ends = zip(moments, moments[per_minute:], strict=False)
    assert all(last - first > 60 - 1e-6 for first, last in ends)


@pytest.mark.parametrize("per_minute", RATES)
def test_nearly_as_many_turns_as_agreed_are_taken(hours: Hours, per_minute: int) -> None:
    moments = turns(hours, per_minute, 3 * per_minute + 1)

    assert moments[-1] <= 180 * 1.12


def test_a_few_turns_come_at_once_and_the_others_evenly(hours: Hours) -> None:
    moments = turns(hours, 90, 20)

    assert moments[:5] == [0] * 5
    gaps = [after - before for before, after in pairwise(moments[4:])]
    assert gaps == pytest.approx([60 / 86] * 15)


def test_an_idle_hour_saves_no_more_than_one_burst(hours: Hours) -> None:
    pace = CallPacer(90, clock=hours.clock, sleep=hours.sleep)
    hours.now = 3600

    for _ in range(6):
        pace.wait_for_turn()

    assert hours.waits == pytest.approx([60 / 86])


def test_without_a_rate_nobody_waits(hours: Hours) -> None:
    assert turns(hours, 0, 1000) == [0] * 1000


def test_repeats_keep_the_pace_too(open_service: Open, remote, hours: Hours) -> None:
    service = open_service(per_minute=1)
    moments = []

    def answer(request: httpx.Request) -> httpx.Response:
        moments.append(hours.now)
        return httpx.Response(500 if len(moments) < 3 else 200, json=[])

    remote.get("/clients").mock(side_effect=answer)

    service.request("GET", "/clients")

    assert moments == [0, 60, 120]


@pytest.mark.parametrize(
    ("chance", "waits"), [(0.0, [0.5, 1, 2, 4, 8]), (1.0, [1.5, 3, 6, 12, 24])]
)
def test_many_callers_do_not_come_back_at_once(chance: float, waits: list[float]) -> None:
    tries = RetryPolicy(HttpCall(method="GET", path="/"), CallLimits(), lambda: chance)

    assert [tries.wait_after(AttemptFailure("x"), 0) for _ in range(5)] == waits


def test_waits_that_the_server_asks_for_are_not_held_against_it() -> None:
    tries = RetryPolicy(HttpCall(method="GET", path="/"), CallLimits(), lambda: 0.5)
    busy = AttemptFailure("the server answered 503", retry_after=100)

    assert [tries.wait_after(busy, 1) for _ in range(5)] == [100] * 5
    with pytest.raises(RetriesExhausted, match="503 six times"):
        tries.wait_after(busy, 1)
