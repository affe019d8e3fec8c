"""Fixture: one server with one worker and a client, on each engine in turn."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.support.databases import Databases
from tests.support.live_server import Served, served


class Strained(NamedTuple):
    """A server, the key of a client in each dialect, and whether its database is SQLite."""

    server: Served
    keys: dict[str, str]
    is_sqlite: bool


@pytest.fixture(scope="module")
def strained(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strained]:
    folder = tmp_path_factory.mktemp("strained")
    with databases.database() as url, served(folder, GATEWAY_DATABASE_URL=url) as server:
        with server.caller("ninja") as ninja, server.caller("planado") as planado:
            created = ninja.post("/clients", json={"name": "Acme"}).json()["data"]
            listed = planado.get("/clients").json()["clients"]
        keys = {"ninja": created["id"], "planado": listed[0]["uuid"]}
        yield Strained(server, keys, url.startswith("sqlite"))
