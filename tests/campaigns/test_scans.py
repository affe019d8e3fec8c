"""A cursor scan during other writes: a client that exists throughout is listed exactly once."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from uuid import uuid4

import httpx
import pytest

from tests.campaigns.scale import rounds
from tests.support.live_server import Served

STEADY = 40
PAGE = 7
Write = Callable[[httpx.Client, list[str], int], None]
MOST_WRITES = 150
"""Of one writer during one scan, so that a scan that never ends is noticed."""


@pytest.fixture(scope="module")
def steady(server: Served) -> list[str]:
    """The uuids of clients that are never deleted."""
    with server.caller("planado") as caller:
        return [create_organization(caller, f"Steady {n}") for n in range(STEADY)]


def create_organization(caller: httpx.Client, name: str) -> str:
    answer = caller.post("/clients", json={"organization": True, "organization_name": name})
    assert answer.status_code == 201, answer.text
    uuid: str = answer.json()["client_uuid"]
    return uuid


@pytest.mark.parametrize("turn", range(rounds(2, 100)))
def test_a_scan_sees_each_lasting_client_once_whatever_three_writers_do(
    server: Served, steady: list[str], turn: int
) -> None:
    done, begun = Event(), Barrier(4)
    with ThreadPoolExecutor(3) as pool:
        writers = [
            pool.submit(writing, server, steady, write, begun, done)
            for write in (create, change, delete)
        ]
        begun.wait(30)
        with server.caller("planado") as caller:
            seen = Counter(scan(caller))
        done.set()
        wrote = [writer.result() for writer in writers]

    assert min(wrote) > 0, wrote
    assert [uuid for uuid in steady if seen[uuid] != 1] == []
    assert max(seen.values()) == 1


def scan(caller: httpx.Client) -> Iterator[str]:
    after = {}
    while page := request_page(caller, after):
        yield from page
        after = {"after": page[-1]}


def request_page(caller: httpx.Client, after: dict[str, str]) -> list[str]:
    answer = caller.get("/clients", params={"limit": PAGE} | after)
    assert answer.status_code == 200, answer.text
    return [client["uuid"] for client in answer.json()["clients"]]


def writing(server: Served, steady: list[str], write: Write, begun: Barrier, done: Event) -> int:
    """Write until the scan has ended, and return the number of writes."""
    with server.caller("planado") as caller:
        write(caller, steady, 0)
        begun.wait(30)
        for n in range(1, MOST_WRITES):
            write(caller, steady, n)
            if done.is_set():
                return n
    return MOST_WRITES


def create(caller: httpx.Client, _steady: list[str], n: int) -> None:
    create_organization(caller, f"Passing {n}")


def change(caller: httpx.Client, steady: list[str], n: int) -> None:
    body = {"organization_name": f"Changed {uuid4()}"}
    assert caller.patch(f"/clients/{steady[n % STEADY]}", json=body).status_code == 200


def delete(caller: httpx.Client, _steady: list[str], n: int) -> None:
    """Create a client, list it and delete it, so that a cursor may name a deleted client."""
    uuid = create_organization(caller, f"Fading {n}")
    request_page(caller, {})
    assert caller.delete(f"/clients/{uuid}").status_code == 200
