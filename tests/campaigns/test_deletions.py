"""Deletions arrive on the other side, and a list that moves while it is read invents none."""

from threading import Event, Thread

from storage.model.runs import MirrorReport
from tests.campaigns.scale import rounds
from tests.campaigns.test_mirror import Live, create_clients, live, there  # noqa: F401

DELETED = rounds(5, 100)
"""Clients that are deleted on each side."""
AT_ONCE = 5
"""Of them at a time: of more than ten a sweep would ask a person."""
SWEEPS = rounds(3, 100)
STEADY = rounds(10, 200)


def sweep(live: Live) -> MirrorReport:  # noqa: F811
    return live.loop.cycle_once(is_sweep=True)


def names(live: Live) -> tuple[set[str], set[str]]:  # noqa: F811
    """Return the names of the clients in Ninja and in Planado, without those deleted."""
    query = {"per_page": "5000", "status": "active"}
    in_ninja = live.ninja.get("/clients", params=query).raise_for_status().json()["data"]
    in_planado, after = [], {}
    while page := live.planado.get("/clients", params={"limit": 100} | after).json()["clients"]:
        in_planado += page
        after = {"after": page[-1]["uuid"]}
    return {client["name"] for client in in_ninja}, {client["name"] for client in in_planado}


def test_deletions_of_both_sides_arrive_within_two_sweeps(live: Live) -> None:  # noqa: F811
    ids = create_clients(live, 3 * DELETED)
    uuids = {}
    after: dict[str, str] = {}
    while page := live.planado.get("/clients", params={"limit": 100} | after).json()["clients"]:
        uuids |= {client["name"]: client["uuid"] for client in page}
        after = {"after": page[-1]["uuid"]}

    left = set(uuids)
    for start in range(0, DELETED, AT_ONCE):
        for n in range(start, start + AT_ONCE):
            live.ninja.delete(f"/clients/{ids[n]}").raise_for_status()
            live.planado.delete(f"/clients/{uuids[f'Client {DELETED + n}']}").raise_for_status()
            left -= {f"Client {n}", f"Client {DELETED + n}"}
        reports = [sweep(live) for _ in range(2)]
        assert names(live) == (left, left), reports


def test_a_list_that_moves_invents_no_deletion(live: Live) -> None:  # noqa: F811
    create_clients(live, STEADY)
    done = Event()

    def move() -> None:
        """Create clients and delete them again, so that pages shift while they are read."""
        while not done.is_set():
            made = live.planado.post(
                "/clients", json={"organization": True, "organization_name": "Passing"}
            ).json()["client_uuid"]
            done.wait(0.005)
            live.planado.delete(f"/clients/{made}")

    mover = Thread(target=move)
    mover.start()
    try:
        for _ in range(SWEEPS):
            sweep(live)
    finally:
        done.set()
        mover.join()

    steady = {f"Client {n}" for n in range(STEADY)}
    assert [steady - side for side in names(live)] == [set(), set()]
