"""Pulls from services that misbehave: no client is silently missing.

A pull ends with every client here exactly once, or stops with a named failure and can be resumed.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from gateway.migration.failures import UnstableList
from gateway.migration.live.check import CheckResult
from gateway.remote.failures import AccessDenied, RemoteFailure, RetriesExhausted, RetryAfterTooLong
from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.model.errors import Invalid
from storage.model.runs import RunState
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    ENDLESS,
    Fault,
    Matches,
    There,
    after,
    all_of,
    breaks_off,
    brought,
    create_remote_clients,
    fates,
    instead,
    is_list,
    is_single,
    nth_of,
    page,
    resets,
    rewritten,
    says,
    stopped_run,
    without,
    written_objects,
)
from tests.support.clock import Clock

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

PASSING: dict[str, Fault] = {
    "429 that names a time": says(429, b"{}", retry_after="7"),
    "429 that names none": says(429, b"{}"),
    "429 in plain text": says(429, b"Rate Limit Exceeded", content_type="text/plain"),
    "429 in all but number": says(200, b"Rate Limit Exceeded", content_type="text/plain"),
    "500": says(500, b"Server Error"),
    "502 of a proxy": says(502, b"<html>Bad Gateway</html>"),
    "503 that names a time": says(503, b"", retry_after="3"),
    "a reset": resets,
    "JSON that breaks off": breaks_off,
    "an empty success": says(200, b""),
    "HTML as a success": says(200, b"<html></html>"),
}
"""Faults of one request that are gone when it is made again."""
LASTING: dict[str, tuple[Fault, type[RemoteFailure]]] = {
    "500": (says(500), RetriesExhausted),
    "a reset": (resets, RetriesExhausted),
    "JSON that breaks off": (breaks_off, RetriesExhausted),
    "429": (says(429), RetriesExhausted),
    "429 in all but number": (says(200, b"Rate Limit Exceeded"), RetriesExhausted),
    "an hour to wait": (says(429, retry_after="3600"), RetryAfterTooLong),
    "401": (says(401, b"{}"), AccessDenied),
}


def each(table: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", table)


def is_cursor(number: int) -> Matches:
    """Match the n-th page of a list of Planado, from the second page on."""
    return nth_of(lambda request: "after" in request.url.params, number - 1)


# Faults that pass


@each(PASSING)
def test_a_fault_that_passes_leaves_no_trace(
    store: Store, here: Account, ninja_there: There, name: str
):
    create_remote_clients(ninja_there, 12)
    for number in (1, 3):
        ninja_there.faulty.plan(PASSING[name], page(number))

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 12}
    assert written_objects(store, here) == written_objects(store, ninja_there.account)
    assert len(ninja_there.hours.waits) == 2


@each(PASSING)
def test_a_fault_of_planado_that_passes_leaves_no_trace(
    store: Store, here: Account, planado_there: There, name: str
):
    create_remote_clients(planado_there, 12)
    planado_there.faulty.plan(PASSING[name], is_cursor(2), times=1)

    done = planado_there.pull(here)

    assert fates(done.importer.counts) == {"created": 12}
    assert {sign.result for sign in planado_there.check(here)} == {CheckResult.SAME}


def test_the_wait_that_a_service_names_is_kept(here: Account, ninja_there: There):
    create_remote_clients(ninja_there, 3)
    ninja_there.faulty.plan(says(429, retry_after="7"), page(1))

    ninja_there.pull(here)

    assert ninja_there.hours.waits == [7]


# Faults that last


@each(LASTING)
def test_a_fault_that_lasts_stops_with_its_name_and_the_run_goes_on(
    store: Store, here: Account, ninja_there: There, name: str
):
    create_remote_clients(ninja_there, 12)
    fault, failure = LASTING[name]
    ninja_there.faulty.plan(fault, page(3), times=ENDLESS)

    with pytest.raises(failure):
        ninja_there.pull(here)

    run = stopped_run(store, here)
    assert (len(all_of(store, here)), run.counts["created"]) == (10, 10)
    assert run.reason
    done = gone_on(ninja_there, here)
    assert fates(done) == {"created": 12}
    assert written_objects(store, here) == written_objects(store, ninja_there.account)


@each(LASTING)
def test_a_fault_of_the_first_page_stops_before_there_is_a_run(
    store: Store, here: Account, ninja_there: There, name: str
):
    create_remote_clients(ninja_there, 2)
    fault, failure = LASTING[name]
    ninja_there.faulty.plan(fault, page(1), times=ENDLESS)

    with pytest.raises(failure):
        ninja_there.pull(here)

    assert (all_of(store, here), store.list_runs(here.id)) == ([], ())


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_stopped_pull_of_planado_goes_on(
    store: Store, here: Account, planado_there: There, number: int
):
    create_remote_clients(planado_there, 12)
    planado_there.faulty.plan(says(403), is_cursor(number))
    with pytest.raises(AccessDenied):
        planado_there.pull(here)

    counts = gone_on(planado_there, here)

    assert fates(counts) == {"created": 12}
    assert {checked.result for checked in planado_there.check(here)} == {CheckResult.SAME}


def test_a_run_that_goes_on_asks_only_for_what_is_left(here: Account, ninja_there: There):
    create_remote_clients(ninja_there, 12)
    ninja_there.faulty.plan(says(401), page(3))
    with pytest.raises(AccessDenied):
        ninja_there.pull(here)
    ninja_there.forget_calls()

    gone_on(ninja_there, here)

    assert [call.url.params["page"] for call in ninja_there.faulty.asked] == ["3"]


def test_a_run_that_went_on_is_the_last_one_whole(
    store: Store, here: Account, ninja_there: There, clock: Clock
):
    create_remote_clients(ninja_there, 12)
    ninja_there.faulty.plan(says(401), page(3))
    with pytest.raises(AccessDenied):
        ninja_there.pull(here)
    gone_on(ninja_there, here)
    clock.tick(hours=1)

    done = ninja_there.pull(here)

    assert [run.state for run in store.list_runs(here.id)] == [RunState.DONE, RunState.DONE]
    assert done.since is not None
    assert fates(done.importer.counts) == {}


def gone_on(service: There, here: Account) -> dict[str, int]:
    """Resume the stopped run without faults, and return its counts."""
    service.faulty.plans.clear()
    run = stopped_run(service.store, here)
    return service.pull(here, interrupted=run).importer.counts


# Lists that move


def test_a_page_that_is_shown_twice_hides_none(store: Store, here: Account, ninja_there: There):
    create_remote_clients(ninja_there, 17)
    ninja_there.faulty.plan(instead(page="2"), page(3))

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 17}
    assert written_objects(store, here) == written_objects(store, ninja_there.account)
    assert done.repeated >= 5


def test_pages_in_another_order_hide_none(store: Store, here: Account, ninja_there: There):
    create_remote_clients(ninja_there, 17)
    for number in (1, 2):
        ninja_there.faulty.plan(instead(sort="id|desc"), page(number))

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 17}
    assert written_objects(store, here) == written_objects(store, ninja_there.account)


@pytest.mark.parametrize("number", [2, 3])
def test_a_client_that_is_purged_meanwhile_hides_none(
    store: Store, here: Account, ninja_there: There, number: int
):
    create_remote_clients(ninja_there, 12)
    purge = after(lambda: store.purge_client(ninja_there.account.id, 1))
    ninja_there.faulty.plan(purge, page(number))

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 12}
    assert written_objects(store, here)[1:] == written_objects(store, ninja_there.account)


def test_one_purged_and_one_created_between_the_same_pages_hide_none(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 12)

    def both() -> None:
        store.purge_client(ninja_there.account.id, 1)
        ninja_there.speaker.created(name="Client 13")

    ninja_there.faulty.plan(after(both), page(2))
    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 13}
    assert written_objects(store, here)[1:] == written_objects(store, ninja_there.account)


def test_a_client_that_is_purged_between_pages_of_a_resumed_run_hides_none(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 17)
    ninja_there.faulty.plan(says(401), page(3))
    with pytest.raises(AccessDenied):
        ninja_there.pull(here)

    store.purge_client(ninja_there.account.id, 1)
    gone_on(ninja_there, here)

    assert written_objects(store, here)[1:] == written_objects(store, ninja_there.account)


def test_pages_of_a_resumed_run_that_stand_in_for_others_hide_none(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 17)
    ninja_there.faulty.plan(says(401), page(2))
    with pytest.raises(AccessDenied):
        ninja_there.pull(here)

    ninja_there.faulty.plans.clear()
    ninja_there.faulty.plan(instead(page="2"), page(3), times=2)
    ninja_there.pull(here, interrupted=stopped_run(store, here))

    assert written_objects(store, here) == written_objects(store, ninja_there.account)


@pytest.mark.parametrize("number", [2, 3])
def test_a_client_that_is_created_meanwhile_arrives(
    store: Store, here: Account, ninja_there: There, number: int
):
    create_remote_clients(ninja_there, 12)
    create = after(lambda: ninja_there.speaker.created(name="Client 13"))
    ninja_there.faulty.plan(create, page(number))

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"created": 13}
    assert written_objects(store, here) == written_objects(store, ninja_there.account)


def test_a_client_that_is_created_in_planado_meanwhile_arrives_with_the_next_pull(
    store: Store, here: Account, planado_there: There
):
    create_remote_clients(planado_there, 12)
    create = after(
        lambda: planado_there.speaker.created(organization=True, organization_name="Newest")
    )
    planado_there.faulty.plan(create, is_cursor(2))

    counts = [fates(planado_there.pull(here).importer.counts) for _ in range(2)]

    assert counts == [{"created": 12}, {"created": 1}]
    assert {checked.result for checked in planado_there.check(here)} == {CheckResult.SAME}


def test_a_client_that_is_deleted_in_planado_meanwhile_hides_none(
    store: Store, here: Account, planado_there: There
):
    keys = create_remote_clients(planado_there, 12)
    last_of_the_first_page = keys[12 - 5]
    delete = after(lambda: planado_there.speaker.delete(f"/clients/{last_of_the_first_page}"))
    planado_there.faulty.plan(delete, is_cursor(2))

    done = planado_there.pull(here)

    assert fates(done.importer.counts) == {"created": 12}


def test_a_client_that_is_changed_behind_the_reader_arrives_with_the_next_pull(
    store: Store, here: Account, ninja_there: There, clock: Clock
):
    create_remote_clients(ninja_there, 12)
    ninja_there.faulty.plan(after(lambda: ninja_there.put(1, {"city": "Reus"})), page(3))
    ninja_there.pull(here)
    assert store.get_client(here.id, 1).city == ""
    clock.tick(hours=1)

    done = ninja_there.pull(here)

    assert fates(done.importer.counts) == {"changed": 1}
    assert store.get_client(here.id, 1).city == "Reus"


# Lists without an end


def claims(**window: int) -> Fault:
    """Change the pagination of the answer, which describes the whole list."""

    def change(tree: Any) -> Any:
        tree["meta"]["pagination"] |= window
        return tree

    return rewritten(change)


def last_page_again(request: httpx.Request, pass_on: Any) -> httpx.Response:
    """Repeat the last page for every page beyond it, and always promise another page."""
    number = min(int(request.url.params["page"]), 3)
    shown_there = instead(page=str(number))
    promised = {"total_pages": int(request.url.params["page"]) + 1}

    def change(tree: Any) -> Any:
        tree["meta"]["pagination"] |= promised
        return tree

    return rewritten(change, shown_there)(request, pass_on)


def test_a_total_that_never_comes_true_is_a_failure_with_a_name(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 12)
    ninja_there.faulty.plan(claims(total=13), is_list, times=ENDLESS)

    with pytest.raises(UnstableList, match="12 clients came of 13"):
        ninja_there.pull(here)

    assert written_objects(store, here) == written_objects(store, ninja_there.account)
    assert "no rest" in stopped_run(store, here).reason


def test_a_list_that_goes_on_for_ever_is_a_failure_with_a_name(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 12)
    ninja_there.faulty.plan(last_page_again, is_list, times=ENDLESS)

    with pytest.raises(UnstableList, match="repeats itself"):
        ninja_there.pull(here)

    assert written_objects(store, here) == written_objects(store, ninja_there.account)


def test_a_list_that_goes_on_for_ever_when_it_is_read_again_is_a_failure_with_a_name(
    store: Store, here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 12)
    ninja_there.faulty.plan(claims(total=13), is_list, times=3)
    ninja_there.faulty.plan(last_page_again, is_list, times=ENDLESS)

    with pytest.raises(UnstableList, match="repeats itself"):
        ninja_there.pull(here)

    assert written_objects(store, here) == written_objects(store, ninja_there.account)


def test_a_cursor_that_leads_nowhere_is_a_failure_with_a_name(
    store: Store, here: Account, planado_there: There
):
    create_remote_clients(planado_there, 12)
    planado_there.faulty.plan(without("after"), is_list, times=ENDLESS)

    with pytest.raises(UnstableList, match="repeats itself"):
        planado_there.pull(here)

    assert fates(gone_on(planado_there, here)) == {"created": 12}


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"data":[]}',
        b'{"data":{},"meta":{"pagination":{}}}',
        b'{"data":[{}],"meta":{"pagination":{"total":1,"current_page":1,"total_pages":1}}}',
        b"null",
    ],
)
def test_an_answer_that_is_no_page_is_a_failure_with_a_name(
    store: Store, here: Account, ninja_there: There, body: bytes
):
    ninja_there.faulty.plan(says(200, body), page(1))

    with pytest.raises(Invalid, match="is no page of Invoice Ninja clients"):
        ninja_there.pull(here)

    assert store.list_runs(here.id) == ()


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_list_that_is_refused_is_a_failure_with_a_name(
    here: Account, ninja_there: There, status: int
):
    ninja_there.faulty.plan(says(status, b"{}"), page(1))

    with pytest.raises(Invalid, match=f"answers a list with {status}"):
        ninja_there.pull(here)


# Pushing and checking


@each(PASSING)
def test_a_push_outlives_faults_that_pass(
    store: Store, here: Account, planado_there: There, name: str
):
    brought(store, here, *[ImportClient(organization_name=f"Client {n}") for n in range(3)])
    planado_there.faulty.plan(PASSING[name], is_list)
    planado_there.faulty.plan(PASSING[name], lambda request: request.method == "PATCH")

    done = planado_there.push(here)

    assert fates(done.counts) == {"created": 3}
    assert sorted(client.name for client in planado_there.clients) == [
        "Client 0",
        "Client 1",
        "Client 2",
    ]


@pytest.mark.parametrize(
    "case",
    [
        (says(500), RetriesExhausted),
        (resets, RetriesExhausted),
        (says(422, b"{}"), Invalid),
        (says(200, b"{}"), Invalid),
        (says(200, b'{"data":[]}'), Invalid),
        (says(200, b'{"client":null}'), Invalid),
    ],
)
def test_an_answer_about_a_single_client_that_fails_has_a_name(
    here: Account,
    edit: Callable[..., None],
    speaker_there: There,
    case: tuple[Fault, type[Exception]],
):
    service, (fault, failure) = speaker_there, case
    brought(service.store, here, ImportClient(organization_name="Acme", serial=1))
    service.push(here)
    edit(here, 1, phone="1")
    service.faulty.plan(fault, is_single, times=ENDLESS)

    with pytest.raises(failure):
        service.push(here)

    assert stopped_run(service.store, here).reason
    assert [client.phone for client in service.clients] == [""]


def test_a_check_outlives_faults_that_pass(store: Store, here: Account, ninja_there: There):
    create_remote_clients(ninja_there, 12)
    ninja_there.pull(here)
    for number, fault in enumerate(PASSING.values()):
        ninja_there.faulty.plan(fault, page(1 + number % 3))

    findings = ninja_there.check(here)

    assert [checked.result for checked in findings] == [CheckResult.SAME] * 12
