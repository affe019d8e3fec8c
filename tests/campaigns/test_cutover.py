"""A cut-over of many clients on sockets while edits go on, and the way back."""

from threading import Event, Thread

from gateway.migration.live.cutover import CutOver
from storage.model.runs import MirrorState
from tests.campaigns.scale import rounds
from tests.campaigns.test_mirror import Live, create_clients, live, there  # noqa: F401

CLIENTS = rounds(40, 10_000)
MAX_FROZEN_SECONDS = 10.0


def test_writes_are_refused_for_seconds_and_no_edit_is_lost(live: Live) -> None:  # noqa: F811
    ids = create_clients(live, CLIENTS)
    live.store.set_mirror_state(live.account.id, MirrorState.RUNNING)
    done, notes = Event(), dict[str, str]()

    def edit() -> None:
        """Edit clients in Ninja, as people do who do not know of the cut-over."""
        for n in range(100_000):
            client_id = ids[n % 20]
            live.ninja.put(f"/clients/{client_id}", json={"public_notes": f"n{n}"})
            notes[client_id] = f"n{n}"
            if done.wait(0.3):
                return

    editor = Thread(target=edit)
    editor.start()
    try:
        frozen = [CutOver(live.loop, main).run().frozen_seconds for main in ("planado", "ninja")]
    finally:
        done.set()
        editor.join()

    live.cycle()
    print(frozen)  # noqa: T201  the figures of a campaign
    assert max(frozen) < MAX_FROZEN_SECONDS
    shown = {c["id"]: c["public_notes"] for c in live.ninja.get("/clients").json()["data"]}
    assert {key: shown[key] for key in notes} == notes
    assert live.different() == []
