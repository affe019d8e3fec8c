"""The blanks of a name stay as they came, on both sides, until somebody edits the name."""

import json

import pytest

from gateway.migration.live.check import CheckResult
from storage.model.accounts import Account
from storage.model.records import Client
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import There, all_of, one_engine

pytestmark = one_engine
PARTS = ("Ada  Augusta", " King", "of  Lovelace ")


def parts(client: Client) -> tuple[str, str, str]:
    return client.first_name, client.last_name, client.middle_name


@pytest.fixture
def person(here: Account, planado_there: There, ninja_there: There) -> str:
    """A person with blanks in the parts of the name, pulled from Planado and pushed to Ninja.

    Returns the uuid there.
    """
    first, last, middle = PARTS
    uuid = planado_there.speaker.created(
        organization=False, first_name=first, last_name=last, middle_name=middle
    )
    planado_there.pull(here)
    ninja_there.push(here)
    planado_there.clock.tick(hours=1)
    return str(uuid)


def sync(here: Account, planado_there: There, ninja_there: There) -> None:
    for service in (ninja_there, planado_there):
        service.pull(here)
    for service in (ninja_there, planado_there):
        service.push(here)
        service.clock.tick(hours=1)


def test_they_stay_through_all_services(
    store: Store, here: Account, planado_there: There, ninja_there: There, person: str
):
    for _ in range(2):
        sync(here, planado_there, ninja_there)

    assert person
    assert [parts(one) for one in all_of(store, here)] == [PARTS]
    assert [parts(one) for one in planado_there.clients] == [PARTS]
    for service in (planado_there, ninja_there):
        assert [one.result for one in service.check(here)] == [CheckResult.SAME]


def test_they_stay_when_another_field_is_edited_in_ninja(
    store: Store, here: Account, planado_there: There, ninja_there: There, person: str
):
    shown = ninja_there.speaker.shown(ninja_there.id_of(ninja_there.clients[0].serial))
    ninja_there.put(ninja_there.clients[0].serial, shown | {"phone": "5"})

    sync(here, planado_there, ninja_there)

    assert person
    assert [parts(one) for one in all_of(store, here)] == [PARTS]
    assert [(parts(one), one.phone) for one in planado_there.clients] == [(PARTS, "5")]


def test_those_of_the_other_parts_stay_when_one_is_edited_in_planado(
    store: Store, here: Account, planado_there: There, ninja_there: There, person: str
):
    planado_there.speaker.patched(person, {"last_name": "Byron"})

    sync(here, planado_there, ninja_there)

    after = (PARTS[0], "Byron", PARTS[2])
    assert [parts(one) for one in all_of(store, here)] == [after]
    assert [parts(one) for one in planado_there.clients] == [after]


def test_they_stay_in_ninja_when_another_field_is_edited_here(
    here: Account, planado_there: There, ninja_there: There, person: str
):
    name = ninja_there.speaker.shown(ninja_there.id_of(ninja_there.clients[0].serial))["name"]
    planado_there.speaker.patched(person, {"contacts": [{"value": "5", "type": "phone"}]})

    sync(here, planado_there, ninja_there)

    shown = ninja_there.speaker.shown(ninja_there.id_of(ninja_there.clients[0].serial))
    assert (shown["name"], shown["phone"]) == (name, "5")


def test_a_name_that_was_entered_in_ninja_is_not_sent_back_with_other_fields(
    here: Account, planado_there: There, ninja_there: There
):
    """Here the parts of the name have lost its blanks."""
    ninja_there.speaker.created(name="Ada  King", classification="individual")
    sync(here, planado_there, ninja_there)
    [uuid] = [str(one.uuid) for one in planado_there.clients]
    planado_there.speaker.patched(uuid, {"contacts": [{"value": "5", "type": "phone"}]})
    ninja_there.forget_calls()

    sync(here, planado_there, ninja_there)

    [put] = [json.loads(request.content) for request in ninja_there.faulty.writes]
    assert put["phone"] == "5"
    assert "name" not in put
