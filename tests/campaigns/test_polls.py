"""Callers who poll while others write: with the header of the lists they miss no change.

A change is missed if its client, when all writing has ended, was never seen in its last version.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest

from storage.model.commands import ChangeClient, ImportClient
from storage.model.generators import Generators
from storage.store import Store
from tests.campaigns.scale import rounds
from tests.support.databases import Databases
from tests.support.live_server import Served, served

CLIENTS = rounds(60, 3000)
"""Clients of one bulk change."""
SECONDS = rounds(4, 40)
LONG_AGO = datetime(2015, 3, 1, tzinfo=UTC)
COMPANY = ImportClient(organization_name="Company", classification="business")
UNTIL = "X-Gateway-Changes-Until"
HEARS_ALL = ("by_header, 1 a page", "by_header, 20 a page", "ninja")
Shown = dict[str, Any]
Seen = dict[str, Shown]
"""The clients as a caller has seen them last, by their ids."""


class Place(NamedTuple):
    """A server and its database."""

    server: Served
    url: str


@pytest.fixture(params=[1, 2], ids=["1 worker", "2 workers"])
def place(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("served")
    with (
        databases.database() as url,
        served(folder, workers=request.param, GATEWAY_DATABASE_URL=url) as server,
    ):
        yield Place(server, url)


def test_with_the_header_no_change_is_missed_and_without_it_some_may_be(place: Place) -> None:
    done, is_written = Event(), Event()
    with closing(Store.open(place.url)) as store:
        store.create_clients(store.get_account("acme").id, [COMPANY] * CLIENTS)
    ways = {
        f"{bookmark.__name__}, {size} a page": poll(bookmark, size)
        for bookmark in (by_header, by_greatest_seen, by_start_of_poll)
        for size in (1, 20)
    }
    with ThreadPoolExecutor(len(ways) + 1 + len(WRITERS)) as pool:
        pollers = {name: pool.submit(way, place.server, is_written) for name, way in ways.items()}
        ninja_poller = pool.submit(poll_ninja, place.server, is_written)
        writers = [pool.submit(write, place, done) for write in WRITERS]
        done.wait(SECONDS)
        done.set()
        wrote = [writer.result() for writer in writers]
        is_written.set()
    last = last_states(place.server)
    missed = {name: missing(poller.result(), last) for name, poller in pollers.items()}
    missed["ninja"] = missing(ninja_poller.result(), last_ninja_states(place.server))

    print(wrote, missed)  # noqa: T201  the figures of a campaign
    assert min(wrote) > 0
    assert {missed[name] for name in missed if name in HEARS_ALL} == {0}


def missing(seen: Seen, last: Seen) -> int:
    """Count the clients that a caller has not seen as they are in the end."""
    return sum(seen.get(key) != client for key, client in last.items())


# Pollers


class Walk(NamedTuple):
    """What a poll has found, and the header of its first page."""

    found: list[Shown]
    until: str


def walk(caller: httpx.Client, query: dict[str, str]) -> Walk:
    """List all pages of a query of Planado's API."""
    answer = caller.get("/clients", params=query)
    assert answer.status_code == 200, answer.text
    found, until = answer.json()["clients"], answer.headers[UNTIL]
    page = found
    while page:
        answer = caller.get("/clients", params=query | {"after": page[-1]["uuid"]})
        assert answer.status_code == 200, answer.text
        page = answer.json()["clients"]
        found += page
    return Walk(found, until)


Bookmark = Callable[[Walk, str, datetime], str]
"""Return the bookmark of the next poll from a poll, its own bookmark and the time of its start."""


def by_header(walked: Walk, _before: str, _start: datetime) -> str:
    return walked.until


def by_greatest_seen(walked: Walk, before: str, _start: datetime) -> str:
    return max([before, *(str(client["updated_at"]) for client in walked.found)])


def by_start_of_poll(_walked: Walk, _before: str, start: datetime) -> str:
    return start.isoformat()


def last_states(server: Served) -> Seen:
    with server.caller("planado") as caller:
        return {client["uuid"]: client for client in walk(caller, {"limit": "100"}).found}


def last_ninja_states(server: Served) -> Seen:
    with server.caller("ninja") as caller:
        return {client["id"]: client for client in ninja_pages(caller, "0").found}


def poll(bookmark: Bookmark, size: int) -> Callable[[Served, Event], Seen]:
    def run(server: Served, is_written: Event) -> Seen:
        seen: Seen = {}
        after, is_last = LONG_AGO.isoformat(), False
        with server.caller("planado") as caller:
            while not is_last:
                is_last, start = is_written.is_set(), datetime.now(UTC)
                walked = walk(caller, {"limit": str(size), "updated_at[after]": after})
                seen |= {client["uuid"]: client for client in walked.found}
                after = bookmark(walked, after, start)
                is_written.wait(0.02)
        return seen

    return run


def ninja_pages(caller: httpx.Client, since: str) -> Walk:
    """List all pages of what has changed since a second in Ninja's API."""
    query = {"updated_at": since, "sort": "id|asc", "per_page": "50"}
    query |= {"status": "active,archived", "page": "1"}
    found, until = [], ""
    while query["page"]:
        answer = caller.get("/clients", params=query)
        assert answer.status_code == 200, answer.text
        until = until or answer.headers[UNTIL]
        found += answer.json()["data"]
        pagination = answer.json()["meta"]["pagination"]
        is_last = pagination["current_page"] >= pagination["total_pages"]
        query["page"] = "" if is_last else str(pagination["current_page"] + 1)
    return Walk(found, until)


def poll_ninja(server: Served, is_written: Event) -> Seen:
    seen: Seen = {}
    since, is_last = "0", False
    with server.caller("ninja") as caller:
        while not is_last:
            is_last = is_written.is_set()
            walked = ninja_pages(caller, since)
            seen |= {client["id"]: client for client in walked.found}
            since = walked.until
            is_written.wait(0.02)
    return seen


# Writers


def edit(place: Place, done: Event) -> int:
    """Change one client after the other through Planado's API."""
    with place.server.caller("planado") as caller:
        uuids = [client["uuid"] for client in walk(caller, {"limit": "100"}).found][:50]
        for n in count(1):
            body = {"organization_name": f"Changed {uuid4()}"}
            assert caller.patch(f"/clients/{uuids[n % len(uuids)]}", json=body).status_code == 200
            if done.is_set():
                return n
    raise AssertionError


def create(place: Place, done: Event) -> int:
    with place.server.caller("ninja") as caller:
        for n in count(1):
            assert caller.post("/clients", json={"name": f"New {n}"}).status_code == 200
            if done.wait(0.01):
                return n
    raise AssertionError


def bulk(place: Place, done: Event) -> int:
    """Archive and restore many clients at once."""
    with place.server.caller("ninja") as caller:
        answer = caller.get("/clients", params={"per_page": CLIENTS, "sort": "id|asc"})
        ids = [client["id"] for client in answer.json()["data"]]
        for n in count(1):
            body = {"action": "archive" if n % 2 else "restore", "ids": ids}
            assert caller.post("/clients/bulk", json=body).status_code == 200
            if done.wait(0.1):
                return n
    raise AssertionError


def bring(place: Place, done: Event) -> int:
    """Bring clients with times of long ago, and change some with a clock that is a minute late."""
    late = Generators(clock=lambda: datetime.now(UTC) - timedelta(seconds=60))
    with closing(Store.open(place.url, late)) as store:
        account_id = store.get_account("acme").id
        for n in count(1):
            old = ImportClient(organization_name="Old", created_at=LONG_AGO, updated_at=LONG_AGO)
            [brought, *_] = store.create_clients(account_id, [old] * 3)
            name = ChangeClient(organization_name=f"Late {n}")
            store.change_client(account_id, brought.serial, lambda _, name=name: name)
            if done.wait(0.05):
                return n
    raise AssertionError


WRITERS = (edit, edit, create, bulk, bring)
