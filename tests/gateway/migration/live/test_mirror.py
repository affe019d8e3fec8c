"""A mirror keeps two services in step, one process at a time; what a person must see stops it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.migration.live.mirror import LiveService, MirrorLoop, MirrorPace
from gateway.migration.live.mirror_forecast import prepare_mirror
from gateway.migration.mirror_status import mirror_status
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateGroup, ImportClient
from storage.model.errors import Conflict, Invalid, NotFound
from storage.model.runs import MirroredService, MirrorState
from storage.store import Store
from tests.gateway.migration.live.test_two_services import Company, client_of, names_in
from tests.gateway.migration.remote_stand_ins import (
    BASE,
    There,
    brought,
    create_remote_clients,
    is_list,
    one_engine,
    says,
)
from tests.support.clock import Clock

pytestmark = one_engine
PACE = MirrorPace(cycle=timedelta(seconds=60), sweep=timedelta(hours=1))


class Mirrored:
    """A company whose mirror is run step by step."""

    def __init__(self, company: Company, clock: Clock) -> None:
        self.company = company
        self.clock = clock
        services = (
            MirroredService(dialect=one.dialect.name, source=one.source)
            for one in (company.ninja, company.planado)
        )
        company.store.create_mirror(company.here.id, tuple(services))
        self.loop = MirrorLoop(
            company.store, company.here, self.services, PACE, clock=lambda: clock.now
        )

    @property
    def services(self) -> list[LiveService]:
        there = (self.company.ninja, self.company.planado)
        return [LiveService(one.sides(self.company.here), one.service) for one in there]

    @property
    def state(self) -> MirrorState:
        return self.company.store.get_mirror(self.company.here.id).state

    def cycle(self, minutes: int = 1) -> Any:
        self.clock.tick(minutes=minutes)
        mirror = self.company.store.get_mirror(self.company.here.id)
        return self.loop.cycle(mirror.report)


@pytest.fixture
def company(store: Store, here: Account, ninja_there: There, planado_there: There) -> Company:
    create_remote_clients(ninja_there, 5)
    return Company(store, here, ninja_there, planado_there)


@pytest.fixture
def mirrored(company: Company, clock: Clock) -> Mirrored:
    return Mirrored(company, clock)


def test_the_preparation_tells_nothing_and_forecasts_the_calls(mirrored: Mirrored) -> None:
    company = mirrored.company

    ninja, planado = prepare_mirror(company.store, mirrored.services)

    assert (ninja.read, ninja.created, ninja.changed) == (5, 0, 0)
    assert (planado.created, planado.calls) == (5, 10)
    assert planado.hours == pytest.approx(10 / 90 / 60)
    assert company.writes() == 0
    assert mirrored.state is MirrorState.PREPARING


def test_edits_of_both_sides_arrive_within_two_cycles(mirrored: Mirrored) -> None:
    company = mirrored.company
    mirrored.cycle()
    company.edit_ninja("Client 1", phone="555")
    company.edit_planado("Client 2", site_address={"formatted": "2 New Street"})

    mirrored.cycle()
    mirrored.cycle()

    assert client_of(company.planado, "Client 1").phone == "555"
    assert client_of(company.ninja, "Client 2").shipping_address1 == "2 New Street"


def test_a_mirror_at_rest_makes_four_calls_and_no_write_and_leaves_no_runs(
    mirrored: Mirrored,
) -> None:
    store, here = mirrored.company.store, mirrored.company.here
    brought(store, here, ImportClient(organization_name="From a file, long ago"))
    for _ in range(4):
        mirrored.cycle()
    mirrored.company.writes()
    runs = len(mirrored.company.store.list_runs(mirrored.company.here.id))

    reports = [mirrored.cycle() for _ in range(5)]

    assert [report.calls for report in reports] == [4] * 5
    assert mirrored.company.writes() == 0
    assert len(mirrored.company.store.list_runs(mirrored.company.here.id)) <= runs


def test_a_sweep_finds_who_is_gone_and_tells_the_other_side(mirrored: Mirrored) -> None:
    company = mirrored.company
    mirrored.cycle()
    company.store.purge_client(
        company.ninja.account.id, client_of(company.ninja, "Client 3").serial
    )

    mirrored.cycle()
    assert "Client 3" in names_in(company.planado)
    report = mirrored.cycle(minutes=61)

    assert report.swept_at == report.began_at
    assert report.changes == {"sweep ninja": 1, "push planado": 1}
    assert "Client 3" not in names_in(company.planado)


def test_a_service_of_few_calls_is_told_of_edits_while_it_is_swept(
    mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = mirrored.company
    for n in range(6, 14):
        company.planado.speaker.created(organization=True, organization_name=f"Client {n}")
    mirrored.cycle()
    swept_at = mirrored.cycle().swept_at
    company.store.purge_client(
        company.planado.account.id, client_of(company.planado, "Client 3").serial
    )
    monkeypatch.setattr(company.planado.service, "per_minute", 6)

    begun = mirrored.cycle(minutes=61)
    company.edit_ninja("Client 1", phone="555")
    told = mirrored.cycle()

    assert (begun.swept_at, told.swept_at) == (swept_at, swept_at)
    assert "push planado" in told.changes
    assert client_of(company.planado, "Client 1").phone == "555"
    assert "Client 3" in names_in(company.ninja)
    later = [mirrored.cycle() for _ in range(10)]
    assert later[-1].swept_at == begun.began_at
    assert "Client 3" not in names_in(company.ninja)


def test_a_sweep_knows_a_group_by_its_name(mirrored: Mirrored) -> None:
    company, store = mirrored.company, mirrored.company.store
    mirrored.cycle()
    for account, name in ((company.ninja.account, "Retail"), (company.here, "Gold")):
        company.ninja.clock.tick(hours=1)
        group = store.create_group(account.id, CreateGroup(name=name))
    serial = company.sides("Client 1")[2].serial
    gold = ChangeClient(group_serial=group.serial)
    store.change_client(company.here.id, serial, lambda _client: gold)
    mirrored.cycle()

    swept = mirrored.cycle(minutes=61)

    ninja, _, ours = company.sides("Client 1")
    assert swept.swept_at == swept.began_at
    assert ours.group_serial == group.serial
    assert ninja.group_serial not in {None, group.serial}
    assert company.conflicts() == []
    assert swept.changes == {}


def test_a_sweep_that_breaks_off_begins_again(mirrored: Mirrored) -> None:
    company = mirrored.company
    mirrored.cycle()
    company.planado.faulty.plan(says(503), is_list, times=12)

    failed = mirrored.cycle(minutes=61)
    company.planado.faulty.plans.clear()
    done = mirrored.cycle()

    assert "503" in failed.failures["planado"]
    assert failed.swept_at != failed.began_at
    assert done.swept_at == done.began_at


def test_a_service_that_does_not_answer_is_asked_again_in_the_next_cycle(
    mirrored: Mirrored,
) -> None:
    company = mirrored.company
    mirrored.cycle()
    company.edit_ninja("Client 1", phone="555")
    company.planado.faulty.plan(says(503), lambda _request: True, times=12)

    failed = mirrored.cycle()
    company.planado.faulty.plans.clear()
    done = mirrored.cycle()

    assert "503" in failed.failures["planado"]
    assert mirrored.state is not MirrorState.STOPPED
    assert (done.failures, done.changes) == ({}, {"push planado": 1})
    assert client_of(company.planado, "Client 1").phone == "555"


def test_many_deletions_at_once_stop_the_mirror_with_the_reason(
    mirrored: Mirrored, company: Company
) -> None:
    create_remote_clients(company.ninja, 15)
    mirrored.cycle()
    for client in company.ninja.clients[:12]:
        company.store.purge_client(company.ninja.account.id, client.serial)
    company.edit_ninja("Client 15", phone="555")
    company.writes()

    mirrored.cycle(minutes=61)

    mirror = company.store.get_mirror(company.here.id)
    assert mirror.state is MirrorState.STOPPED
    assert "12 of" in mirror.reason
    assert company.writes() == 0


# The lease, and the states


def test_one_process_leads_and_another_takes_over_when_it_is_dead(
    mirrored: Mirrored, company: Company, clock: Clock
) -> None:
    until = clock.now + timedelta(seconds=15)
    assert company.store.lease_mirror(company.here.id, "elsewhere 1", until)

    with pytest.raises(Invalid, match="elsewhere 1"):
        mirrored.loop.run()

    clock.tick(seconds=16)
    stop_after(mirrored, cycles=1)
    assert company.store.get_mirror(company.here.id).report.cycles == 1


def test_a_paused_mirror_asks_nobody_until_it_is_resumed(
    mirrored: Mirrored, company: Company
) -> None:
    company.store.set_mirror_state(company.here.id, MirrorState.PAUSED)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        mirrored.clock.tick(seconds=60)
        if len(waits) == 3:
            company.store.set_mirror_state(company.here.id, MirrorState.STOPPED)

    mirrored.loop.run(wait)

    assert len(waits) == 3
    assert company.ninja.faulty.asked == []


def stop_after(mirrored: Mirrored, cycles: int) -> None:
    store, here = mirrored.company.store, mirrored.company.here

    def wait(_seconds: float) -> None:
        mirrored.clock.tick(seconds=30)
        if store.get_mirror(here.id).report.cycles >= cycles:
            store.set_mirror_state(here.id, MirrorState.STOPPED)

    mirrored.loop.run(wait)


def test_a_mirror_runs_a_cycle_a_minute_until_it_is_stopped(
    mirrored: Mirrored, clock: Clock
) -> None:
    began: datetime = clock.now

    stop_after(mirrored, cycles=3)

    assert timedelta(minutes=2) <= clock.now - began <= timedelta(minutes=4)


def test_an_account_has_one_mirror_and_a_stopped_one_begins_anew(
    mirrored: Mirrored, company: Company, new_account: Callable[[], Account]
) -> None:
    service = MirroredService(dialect="ninja", source="ninja other")
    with pytest.raises(Conflict):
        company.store.create_mirror(company.here.id, (service,))
    with pytest.raises(NotFound):
        company.store.get_mirror(new_account().id)
    mirrored.cycle()
    company.store.set_mirror_state(company.here.id, MirrorState.STOPPED)

    again = company.store.create_mirror(company.here.id, (service,))

    assert (again.state, again.services) == (MirrorState.PREPARING, (service,))
    assert again.report.cycles == 0


def test_the_status_says_what_waits_and_for_how_long(
    mirrored: Mirrored, company: Company, clock: Clock
) -> None:
    mirrored.cycle()
    company.edit_ninja("Client 1", phone="555")
    company.ninja.pull(company.here)
    services = [one.known_to(company.here) for one in (company.ninja, company.planado)]
    clock.tick(seconds=30)

    status = mirror_status(company.store, company.here, services, clock.now)

    assert status.backlog == {"ninja": 0, "planado": 1}
    assert status.services == {"ninja": f"ninja at {BASE}", "planado": f"planado at {BASE}"}
    assert (status.conflicts, status.is_led) == (0, False)
    assert status.lag_seconds is not None
    assert status.lag_seconds >= 30
