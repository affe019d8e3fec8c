"""Two callers that make the same client at once make one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from tests.campaigns.scale import rounds
from tests.support.live_server import Served


@pytest.mark.parametrize("turn", range(rounds(5, 200)))
def test_two_upserts_of_one_new_external_id_make_one_client(server: Served, turn: int) -> None:
    start = Barrier(2)

    def upsert(name: str) -> httpx.Response:
        with server.caller("planado") as caller:
            caller.get("/clients?limit=1")  # the connection stands before the race begins
            start.wait(10)
            body = {"organization": True, "organization_name": name}
            return caller.patch(f"/clients/crm-{turn}", json=body)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(upsert, ["Left", "Right"]))

    assert sorted(answer.status_code for answer in answers) == [200, 201]
    [uuid] = {answer.json()["client_uuid"] for answer in answers}
    with server.caller("planado") as caller:
        assert caller.get(f"/clients/crm-{turn}").json()["client"]["uuid"] == uuid
        named = [c["external_id"] for c in caller.get("/clients?limit=5").json()["clients"]]
        assert named.count(f"crm-{turn}") == 1
