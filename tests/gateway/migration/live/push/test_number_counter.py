"""Clients with numbers leave the service's counter behind: a push says so, and raises it."""

import json
from typing import Any

import httpx
import pytest

from gateway.migration.live.push.push_run import PushRun
from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    ENDLESS,
    There,
    brought,
    lines,
    one_engine,
    says,
)

pytestmark = one_engine
NUMBERS = range(1, 4)


def notices(store: Store, run: PushRun) -> list[str]:
    found = run.lines if run.run is None else lines(store, run.run)
    return [one.text for one in found if one.kind == "notice" and "counter" in one.text]


def is_company(request: httpx.Request) -> bool:
    return "/companies" in request.url.path


def settings_there(there: There) -> dict[str, Any]:
    [company] = there.speaker.get("/companies").json()["data"]
    return company["settings"]


@pytest.fixture
def numbered(store: Store, here: Account) -> None:
    """Clients here with the numbers 0001 to 0003."""
    commands = [ImportClient(organization_name=f"C {n}", number=f"{n:04}") for n in NUMBERS]
    brought(store, here, *commands)


@pytest.mark.usefixtures("numbered")
def test_a_push_that_created_clients_says_how_far_the_counter_is_behind(
    store: Store, here: Account, ninja_there: There
):
    behind = "the counter of numbers there is at 1, and numbers up to 3"

    rehearsed = ninja_there.push(here, is_dry_run=True)
    done, again = ninja_there.push(here), ninja_there.push(here)

    assert notices(store, rehearsed) == [f"{behind} would be taken: --raise-counter raises it to 4"]
    assert notices(store, done) == [f"{behind} are taken: --raise-counter raises it to 4"]
    assert notices(store, again) == []


@pytest.mark.usefixtures("numbered")
def test_the_counter_is_raised_and_all_other_settings_stay(
    store: Store, here: Account, ninja_there: There
):
    before = settings_there(ninja_there)

    done = ninja_there.push(here, raises_counter=True)

    assert notices(store, done) == ["the counter of numbers there was at 1 and is at 4 now"]
    assert settings_there(ninja_there) == before | {"client_number_counter": 4}
    assert ninja_there.speaker.created(name="Next")["number"] == "0004"


@pytest.mark.usefixtures("numbered")
def test_a_later_push_raises_it_and_never_lowers_it(
    store: Store, here: Account, ninja_there: There
):
    ninja_there.push(here)
    raised = ninja_there.push(here, raises_counter=True)
    ninja_there.forget_calls()

    again = ninja_there.push(here, raises_counter=True)

    assert notices(store, raised) == ["the counter of numbers there was at 1 and is at 4 now"]
    assert notices(store, again) == ["the counter of numbers there is at 4: it need not be raised"]
    assert ninja_there.faulty.writes == []


@pytest.mark.usefixtures("numbered")
def test_a_rehearsal_raises_nothing(store: Store, here: Account, ninja_there: There):
    done = ninja_there.push(here, raises_counter=True, is_dry_run=True)

    assert notices(store, done) == ["the counter of numbers there would be raised from 1 to 4"]
    assert ninja_there.faulty.writes == []


@pytest.mark.usefixtures("numbered")
@pytest.mark.parametrize("status", [403, 404])
def test_a_counter_that_is_not_shown_is_a_line_and_stops_nothing(
    store: Store, here: Account, ninja_there: There, status: int
):
    ninja_there.faulty.plan(says(status, b"{}"), is_company, times=ENDLESS)

    done = ninja_there.push(here, raises_counter=True)

    assert done.counts["created"] == len(NUMBERS)
    [line] = notices(store, done)
    assert line.startswith("the counter of numbers there is not shown: ")
    assert str(status) in line


@pytest.mark.usefixtures("numbered")
def test_a_push_to_planado_asks_for_no_counter(here: Account, planado_there: There):
    planado_there.push(here)

    assert not any(map(is_company, planado_there.faulty.asked))


def test_of_several_companies_the_one_of_the_token_is_asked_for(
    store: Store, here: Account, ninja_there: There
):
    brought(store, here, ImportClient(organization_name="C", number="0001"))
    two = json.dumps({"data": [{"id": "a", "settings": {}}, {"id": "b", "settings": {}}]})
    ninja_there.faulty.plan(
        says(200, two.encode()), lambda request: request.url.path.endswith("/companies")
    )

    done = ninja_there.push(here)

    assert notices(store, done)[0].startswith("the counter of numbers there is at 1,")
    asked = [request.url.path for request in ninja_there.faulty.asked if is_company(request)]
    assert asked[1].endswith("/companies/current")
