"""The rate limiter: a burst passes, then calls pass at a steady rate, and processes count
together."""

from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from storage.accounts.rate_limiter import FAILURE_SECONDS, MAX_FAILURES, RateLimit, RateLimiter
from storage.database.sqlite_driver import sqlite_module
from storage.model.errors import Unavailable

VENDORS = RateLimit(per_minute=90, capacity=90)


class SecondsClock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> SecondsClock:
    return SecondsClock()


@pytest.fixture
def rate_limiter(clock: SecondsClock) -> RateLimiter:
    return RateLimiter(":memory:", clock)


def poured(rate_limiter: RateLimiter, times: int, rate: RateLimit = VENDORS, token: int = 1) -> int:
    """Count how many of these calls are let through."""
    return sum(rate_limiter.acquire(token, rate) == 0.0 for _ in range(times))


def test_a_burst_as_large_as_the_bucket_goes_through(rate_limiter: RateLimiter) -> None:
    assert poured(rate_limiter, 200) == 90


def test_a_full_bucket_lets_one_in_every_two_thirds_of_a_second(
    rate_limiter: RateLimiter, clock: SecondsClock
) -> None:
    poured(rate_limiter, 90)

    wait = rate_limiter.acquire(1, VENDORS)

    assert 0.666 < wait < 0.667
    clock.now += wait
    assert poured(rate_limiter, 2) == 1
    clock.now += 10
    assert poured(rate_limiter, 100) == 15


def test_a_refused_call_costs_nothing(rate_limiter: RateLimiter, clock: SecondsClock) -> None:
    poured(rate_limiter, 90 + 1000)

    clock.now += 60

    assert poured(rate_limiter, 100) == 90


def test_tokens_do_not_pay_for_each_other(rate_limiter: RateLimiter) -> None:
    poured(rate_limiter, 90, token=1)

    assert poured(rate_limiter, 90, token=2) == 90


def test_rate_and_capacity_are_set_apart(rate_limiter: RateLimiter, clock: SecondsClock) -> None:
    rate = RateLimit(per_minute=600, capacity=5)

    assert poured(rate_limiter, 10, rate) == 5
    clock.now += 0.25
    assert poured(rate_limiter, 10, rate) == 2


@given(pauses=st.lists(st.floats(0, 3), min_size=1, max_size=200), capacity=st.integers(1, 20))
def test_no_span_of_time_sees_more_than_the_bucket_and_what_dripped_in_it(
    pauses: list[float], capacity: int
) -> None:
    clock = SecondsClock()
    rate_limiter, rate = RateLimiter(":memory:", clock), RateLimit(per_minute=90, capacity=capacity)
    let_in = []
    for pause in pauses:
        clock.now += pause
        if rate_limiter.acquire(1, rate) == 0.0:
            let_in.append(clock.now)

    for n, start in enumerate(let_in):
        for m, end in enumerate(let_in[n:], 1):
            assert m <= capacity + (end - start) * 1.5 + 0.001


def fill(path: str) -> int:
    return poured(RateLimiter(path), 400, RateLimit(per_minute=1, capacity=500))


def test_processes_that_share_the_file_count_together(tmp_path: Path) -> None:
    path = str(tmp_path / "buckets")

    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        let_in = list(pool.map(fill, [path] * 4))

    assert sum(let_in) == 500


def test_the_clock_is_read_when_it_is_this_calls_turn(tmp_path: Path) -> None:
    path = str(tmp_path / "buckets")
    sqlite = sqlite_module()
    refused = []

    def clock() -> float:
        with (
            closing(sqlite.connect(path, timeout=0)) as other,
            pytest.raises(sqlite.OperationalError) as locked,
        ):
            other.execute("BEGIN IMMEDIATE")
        refused.append(str(locked.value))
        return 1000.0

    poured(RateLimiter(path, clock), 2)

    assert refused == ["database is locked"] * 2


def test_a_file_that_cannot_be_used_is_an_outage_with_a_name(tmp_path: Path) -> None:
    rate_limiter = RateLimiter(str(tmp_path / "nowhere" / "buckets"))

    with pytest.raises(Unavailable, match="the rate limit"):
        rate_limiter.acquire(1, VENDORS)


@pytest.mark.parametrize("later", [10.0, -900.0])
def test_a_clock_that_starts_anew_locks_nobody_out(
    rate_limiter: RateLimiter, clock: SecondsClock, later: float
) -> None:
    poured(rate_limiter, 90)

    clock.now += later - 100

    assert poured(rate_limiter, 200) == 90


def test_a_smaller_bucket_forgets_what_was_in_the_larger_one(rate_limiter: RateLimiter) -> None:
    poured(rate_limiter, 60, RateLimit(per_minute=60, capacity=60))

    assert poured(rate_limiter, 10, RateLimit(per_minute=60, capacity=5)) == 5


def test_closed_buckets_are_opened_again(tmp_path: Path, clock: SecondsClock) -> None:
    rate_limiter = RateLimiter(str(tmp_path / "buckets"), clock)
    poured(rate_limiter, 90)

    rate_limiter.close()

    assert poured(rate_limiter, 1) == 0


def failures(rate_limiter: RateLimiter, times: int, guesser: int = 1) -> list[bool]:
    """Fail as often, and return for each time whether it was refused."""
    return [rate_limiter.count_failure(guesser) > 0 for _ in range(times)]


def test_a_guesser_is_refused_for_a_minute_after_its_last_failure(
    rate_limiter: RateLimiter, clock: SecondsClock
) -> None:
    failures(rate_limiter, MAX_FAILURES - 1)
    clock.now += FAILURE_SECONDS - 1

    assert failures(rate_limiter, 3) == [False, True, True]
    assert rate_limiter.refusal_seconds(1) == FAILURE_SECONDS
    clock.now += FAILURE_SECONDS - 1
    assert 0 < rate_limiter.count_failure(1) <= 1
    clock.now += 1.001
    assert rate_limiter.refusal_seconds(1) == 0
    assert failures(rate_limiter, MAX_FAILURES + 1) == [False] * MAX_FAILURES + [True]


def test_failures_of_a_minute_before_are_forgotten(
    rate_limiter: RateLimiter, clock: SecondsClock
) -> None:
    failures(rate_limiter, MAX_FAILURES - 1)

    clock.now += FAILURE_SECONDS + 0.001

    assert not any(failures(rate_limiter, MAX_FAILURES))


def test_asking_for_a_refusal_counts_nothing(rate_limiter: RateLimiter) -> None:
    assert {rate_limiter.refusal_seconds(1) for _ in range(100)} == {0.0}
    assert failures(rate_limiter, MAX_FAILURES, guesser=2)[-1] is False
    assert rate_limiter.refusal_seconds(1) == 0


def test_another_clock_refuses_nobody(rate_limiter: RateLimiter, clock: SecondsClock) -> None:
    failures(rate_limiter, MAX_FAILURES)

    clock.now -= 900

    assert failures(rate_limiter, 2) == [False, False]


def fail(path: str) -> int:
    return failures(RateLimiter(path), 15).count(False)


def test_processes_that_share_the_file_count_failures_together(tmp_path: Path) -> None:
    path = str(tmp_path / "buckets")

    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        assert sum(pool.map(fail, [path] * 4)) == MAX_FAILURES
