"""Several calls at once: results in order, and nothing that was done is forgotten."""

import threading
import time
from collections.abc import Callable
from itertools import count

import httpx
import pytest

from gateway.migration.failures import TooManyChanges
from gateway.migration.live.push.in_flight import Finished, call_for_each
from gateway.remote.failures import RemoteFailure
from gateway.remote.retry_policy import CallPacer
from storage.model.accounts import Account
from storage.model.commands import CreateClient
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    Pass,
    There,
    all_of,
    fates,
    is_write,
    nth_of,
    one_engine,
    says,
    stopped_run,
)


def slow_square(number: int) -> int:
    time.sleep(0.02 / number)
    return number * number


@pytest.mark.parametrize("at_once", [1, 4])
def test_results_come_in_the_order_of_the_items(at_once: int) -> None:
    found = list(call_for_each(slow_square, range(1, 9), at_once))

    assert found == [Finished(n, n * n) for n in range(1, 9)]


def test_as_many_are_called_at_a_time_as_allowed() -> None:
    meeting = threading.Barrier(4, timeout=10)

    assert len(list(call_for_each(lambda _: meeting.wait(), range(4), 4))) == 4


def test_after_a_failure_what_was_under_way_is_yielded_and_nothing_begun() -> None:
    both, begun = threading.Barrier(2, timeout=10), []

    def call(number: int) -> int:
        begun.append(number)
        if number < 2:
            both.wait()
        if number == 0:
            raise LookupError("first")
        time.sleep(0.05)
        return number

    found: list[Finished[int, int]] = []
    with pytest.raises(LookupError):
        found.extend(call_for_each(call, range(50), 2))

    assert found[0] == Finished(1, 1, is_late=True)
    assert all(one.is_late for one in found)
    assert len(begun) <= 4


def test_each_of_several_threads_has_a_turn_of_its_own() -> None:
    waits: list[float] = []
    pacer = CallPacer(20, clock=lambda: 100.0, sleep=waits.append)

    list(call_for_each(lambda _: pacer.wait_for_turn(), range(30), 8))

    gap = 60 / 19
    assert sorted(waits) == pytest.approx([gap * n for n in range(1, 29)])


@pytest.fixture
def many(store: Store, here: Account) -> list[str]:
    names = [f"Client {n:02}" for n in range(40)]
    store.create_clients(here.id, [CreateClient(organization_name=name) for name in names])
    return names


def names(service: There) -> list[str]:
    return sorted(client.name for client in service.clients)


def after_writes(number: int) -> Callable[[httpx.Request], bool]:
    """Match every request after so many writes."""
    writes = count()

    def matches(request: httpx.Request) -> bool:
        return (next(writes) if is_write(request) else -1) >= number

    return matches


@one_engine
@pytest.mark.parametrize("fixture", ["ninja_there", "planado_there"])
def test_a_push_of_several_at_once_tells_everybody_once(
    store: Store, here: Account, many: list[str], fixture: str, request: pytest.FixtureRequest
) -> None:
    there: There = request.getfixturevalue(fixture)

    done = there.push(here, at_once=8)

    assert names(there) == many
    assert fates(done.counts) == {"created": 40}
    assert fates(there.push(here, at_once=8).counts) == {"unchanged": 40}


@one_engine
def test_a_push_that_fails_in_the_middle_is_resumed_without_doubles(
    store: Store, here: Account, many: list[str], planado_there: There
) -> None:
    planado_there.faulty.plan(says(401), after_writes(17), times=1000)

    with pytest.raises(RemoteFailure):
        planado_there.push(here, at_once=8)
    planado_there.faulty.plans.clear()
    planado_there.push(here, stopped_run(store, here), at_once=8)

    assert names(planado_there) == many


@one_engine
def test_one_that_fails_while_others_arrive_is_pushed_when_the_push_goes_on(
    store: Store, here: Account, many: list[str], planado_there: There
) -> None:
    arrived = threading.Event()

    def fails_late(request: httpx.Request, pass_on: Pass) -> httpx.Response:
        arrived.wait(10)
        return says(401)(request, pass_on)

    def note(request: httpx.Request, pass_on: Pass) -> httpx.Response:
        arrived.set()
        return pass_on(request)

    planado_there.faulty.plan(fails_late, nth_of(is_write, 3))
    planado_there.faulty.plan(note, nth_of(is_write, 6))
    with pytest.raises(RemoteFailure):
        planado_there.push(here, at_once=8)
    assert len(names(planado_there)) < len(many)

    planado_there.push(here, stopped_run(store, here), at_once=8)

    assert names(planado_there) == many


@one_engine
def test_a_limit_of_changes_holds_for_what_is_under_way_too(
    store: Store, here: Account, many: list[str], ninja_there: There
) -> None:
    with pytest.raises(TooManyChanges):
        ninja_there.push(here, max_changes=10, at_once=8)

    assert len(ninja_there.clients) == 10
    assert len(all_of(store, here)) == 40
