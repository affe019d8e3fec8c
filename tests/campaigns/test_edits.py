"""Concurrent edits of one client through both dialects: each edit counts and none is lost."""

from concurrent.futures import ThreadPoolExecutor

from tests.campaigns.scale import rounds
from tests.support.live_server import Served

WRITERS = 16
EDITS = rounds(10, 200)
OWN = ("website", "private_notes", "public_notes", "city", "state", "phone", "address1", "address2")
"""One field for each writer that speaks Ninja; those that speak Planado fight over the name."""


def test_every_edit_of_sixteen_writers_gets_a_version_of_its_own(server: Served) -> None:
    with server.caller("ninja") as ninja, server.caller("planado") as planado:
        hashid = ninja.post("/clients", json={"name": "Acme"}).json()["data"]["id"]
        [shown] = planado.get("/clients?limit=1").json()["clients"]

    def write(writer: int) -> list[int]:
        if writer % 2:
            path = f"/clients/{shown['uuid']}"
            return edits(server, "planado", path, "organization_name", writer)
        return edits(server, "ninja", f"/clients/{hashid}", OWN[writer // 2], writer)

    with ThreadPoolExecutor(WRITERS) as pool:
        versions = [version for made in pool.map(write, range(WRITERS)) for version in made]

    assert sorted(versions) == list(range(2, 2 + WRITERS * EDITS))
    with server.caller("ninja") as ninja, server.caller("planado") as planado:
        after = ninja.get(f"/clients/{hashid}").json()["data"]
        version = planado.get(f"/clients/{shown['uuid']}").json()["client"]["version"]
    assert version == 1 + WRITERS * EDITS
    assert {after[field] for field in OWN} == {
        f"{writer} {EDITS - 1}" for writer in range(0, WRITERS, 2)
    }
    assert after["name"].endswith(f" {EDITS - 1}")


def edits(server: Served, dialect: str, path: str, field: str, writer: int) -> list[int]:
    """Edit the client as one writer and return the versions from the ETags of the answers."""
    versions = []
    with server.caller(dialect) as caller:
        for n in range(EDITS):
            answer = caller.patch(path, json={field: f"{writer} {n}"})
            assert answer.status_code == 200, answer.text
            versions.append(int(answer.headers["etag"].strip('"')))
    return versions
