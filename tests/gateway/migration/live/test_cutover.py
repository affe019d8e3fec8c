"""A cut-over loses no edit, refuses writes for a short time, and leaves everything as it was if
the two sides differ."""

from datetime import timedelta

import pytest

from gateway.migration.failures import NotInStep
from gateway.migration.live.cutover import CutOver
from gateway.remote.failures import RemoteFailure
from storage.model.accounts import Account
from storage.model.commands import CreateToken
from storage.model.errors import Invalid
from storage.model.runs import MirrorState
from storage.store import Store
from tests.gateway.migration.live.test_mirror import Mirrored, company, mirrored  # noqa: F401
from tests.gateway.migration.live.test_two_services import client_of
from tests.gateway.migration.remote_stand_ins import one_engine, says
from tests.support.api_callers import Ninja, Planado
from tests.support.asgi_client import AsgiClient

pytestmark = one_engine


class Staff:
    """People who use the gateway's own APIs, and what became of their edits."""

    def __init__(self, running: Mirrored, http: AsgiClient) -> None:
        store, account = running.company.store, running.company.here
        tokens = {
            name: str(store.create_token(CreateToken(account=account.name, dialect=name))[1])
            for name in ("ninja", "planado")
        }
        self.ninja, self.planado = Ninja(http, tokens["ninja"]), Planado(http, tokens["planado"])

    def statuses(self) -> tuple[int, int]:
        """Return the statuses of a write through Ninja's API, and of one through Planado's."""
        [first, *_] = self.ninja.listed()
        edited = self.ninja.request(
            "PUT", f"/clients/{first['id']}", json={"public_notes": "edited in Ninja"}
        )
        other = self.planado.listed()[0]["uuid"]
        body = {"site_address": {"formatted": "1 New Street"}}
        return edited.status_code, self.planado.patch(other, body).status_code


@pytest.fixture
def running(mirrored: Mirrored) -> Mirrored:  # noqa: F811
    mirrored.cycle()
    store, here = mirrored.company.store, mirrored.company.here
    store.set_mirror_state(here.id, MirrorState.RUNNING)
    return mirrored


def cut_over(running: Mirrored, to: str, during: object = None) -> CutOver:
    def sleep(_seconds: float) -> None:
        if callable(during):
            during()

    return CutOver(running.loop, to, sleep=sleep)


def test_writes_of_the_old_side_wait_and_all_are_told(running: Mirrored, http: AsgiClient) -> None:
    company, staff = running.company, Staff(running, http)  # noqa: F811
    company.edit_ninja("Client 1", phone="555")
    asked: list[tuple[int, int]] = []

    done = cut_over(running, "planado", lambda: asked.append(staff.statuses())).run()

    assert asked == [(503, 200)]
    assert staff.statuses() == (200, 200)
    assert client_of(company.planado, "Client 1").phone == "555"
    mirror = company.store.get_mirror(company.here.id)
    assert (mirror.state, mirror.main) == (MirrorState.CUT_OVER, "planado")
    assert (done.main, done.totals.clients) == ("planado", 5)
    assert {name: one.different for name, one in done.digests.items()} == {
        "ninja": 0,
        "planado": 0,
    }
    told = {c.shipping_address1 for c in company.ninja.clients}
    assert "1 New Street" in told


def test_the_refusal_says_when_to_come_again(
    running: Mirrored, store: Store, http: AsgiClient
) -> None:
    here, staff = running.company.here, Staff(running, http)
    store.freeze_writes(here.id, "ninja", store.current_time() + timedelta(days=36500))

    answer = staff.ninja.post("/clients", json={"name": "New"})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert staff.ninja.get("/clients").status_code == 200
    store.freeze_writes(here.id, "ninja", store.current_time() - timedelta(seconds=1))
    assert staff.ninja.post("/clients", json={"name": "New"}).status_code == 200


def test_the_way_back_is_the_same(running: Mirrored) -> None:
    company = running.company  # noqa: F811
    cut_over(running, "planado").run()
    company.edit_planado("Client 2", site_address={"formatted": "2 Back Street"})

    done = cut_over(running, "ninja").run()

    assert done.main == "ninja"
    assert company.store.get_mirror(company.here.id).main == "ninja"
    assert client_of(company.ninja, "Client 2").shipping_address1 == "2 Back Street"


def test_after_the_cut_over_the_main_side_wins_and_both_values_are_kept(
    running: Mirrored,
) -> None:
    company = running.company  # noqa: F811
    cut_over(running, "planado").run()
    running.loop.main = "planado"
    company.edit_planado("Client 3", site_address={"formatted": "Planado Street"})
    company.edit_ninja("Client 3", shipping_address1="Ninja Street")

    for _ in range(2):
        running.cycle()

    in_ninja, in_planado, _ = company.sides("Client 3")
    assert (in_ninja.shipping_address1, in_planado.service_text) == ("Planado Street",) * 2
    [row] = [c for c in company.store.list_conflicts(company.here.id) if c.winner]
    assert "Ninja Street" in row.here + row.there


@pytest.mark.parametrize("obstacle", ["conflict", "no answer"])
def test_an_obstacle_leaves_everything_as_it_was(
    running: Mirrored, http: AsgiClient, obstacle: str
) -> None:
    company, staff = running.company, Staff(running, http)  # noqa: F811
    if obstacle == "conflict":
        company.edit_planado("Client 3", site_address={"formatted": "Planado Street"})
        company.edit_ninja("Client 3", shipping_address1="Ninja Street")
    else:
        company.planado.faulty.plan(says(401), lambda _request: True, times=1000)

    with pytest.raises((NotInStep, RemoteFailure)):
        cut_over(running, "planado").run()

    mirror = company.store.get_mirror(company.here.id)
    assert mirror.main == ""
    assert staff.statuses() == (200, 200)


def test_what_cannot_be_cut_over_is_refused(running: Mirrored, here: Account) -> None:
    store = running.company.store
    with pytest.raises(Invalid, match="must be one of: ninja, planado"):
        cut_over(running, "elsewhere").run()
    store.set_mirror_state(here.id, MirrorState.STOPPED)
    with pytest.raises(Invalid, match="is stopped"):
        cut_over(running, "planado").run()


def test_a_loop_leaves_a_mirror_that_drains(running: Mirrored) -> None:
    store, here = running.company.store, running.company.here
    store.set_mirror_state(here.id, MirrorState.DRAINING)

    assert running.loop.run(sleep=lambda _: None).state is MirrorState.DRAINING
