"""A read replica: reads may lag for callers that only read, never for callers that have just
written.

The replica here is a copy of the database that is never updated, so all that is read from it is
old.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage.database.replica import Replica
from storage.model.commands import CreateAccount, CreateToken
from storage.model.errors import Invalid
from storage.model.generators import Generators
from storage.store import Store
from tests.support.api_callers import Ninja, Planado
from tests.support.databases import ENGINES

PIN = timedelta(seconds=10)
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


class MovableClock:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Place:
    """Two callers of each dialect over a primary with one client and its stale replica."""

    def __init__(self, primary: str, tokens: list[str], replica: str) -> None:
        self.clock = MovableClock()
        self.store = Store.open(
            primary, Generators(clock=self.clock), replica=Replica(replica, PIN)
        )
        http = TestClient(create_app(self.store, Settings()))
        self.ninja, self.other_ninja = (Ninja(http, token) for token in tokens[:2])
        self.planado, self.other_planado = (Planado(http, token) for token in tokens[2:])
        [client] = self.ninja.listed()
        self.hashid = client["id"]
        [shown] = self.planado.listed()
        self.uuid = shown["uuid"]

    def names(self) -> list[str]:
        """Return the names that each caller reads, once in a list and once alone."""
        read = [speaker.listed()[0] for speaker in (self.ninja, self.other_ninja)]
        read += [speaker.shown(self.hashid) for speaker in (self.ninja, self.other_ninja)]
        read += [speaker.listed()[0] for speaker in (self.planado, self.other_planado)]
        read += [speaker.shown(self.uuid) for speaker in (self.planado, self.other_planado)]
        return [client["name"] for client in read]


def seed_primary(url: str) -> list[str]:
    store = Store.open(url)
    store.create_account(CreateAccount(name="acme"))
    commands = [CreateToken(account="acme", dialect=d) for d in ("ninja", "planado") for _ in "12"]
    tokens = [str(store.create_token(command)[1]) for command in commands]
    http = TestClient(create_app(store, Settings()))
    Ninja(http, tokens[0]).created(name="Old")
    store.close()
    return tokens


@contextmanager
def copied(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    if engine == "sqlite":
        primary, replica = (f"sqlite:///{folder / name}" for name in ("primary.db", "replica.db"))
        tokens = seed_primary(primary)
        shutil.copy(folder / "primary.db", folder / "replica.db")
        yield Place(primary, tokens, replica)
        return
    cluster = request.getfixturevalue("cluster")
    with cluster.database() as primary:
        tokens = seed_primary(primary)
        replica = cluster.made(str(make_url(primary).database))
        yield Place(primary, tokens, replica)
        cluster.dropped(replica)


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with copied(request.param, request, tmp_path) as place:
        yield place
        place.store.close()


def test_who_has_not_written_reads_from_the_replica(place: Place) -> None:
    place.store._write(renamed)

    assert place.names() == ["Old"] * 8


def renamed(connection) -> None:
    connection.exec_driver_sql("UPDATE client SET organization_name = 'New'")


def test_who_has_written_reads_what_they_wrote_while_others_may_lag(place: Place) -> None:
    place.ninja.put(place.hashid, {"name": "By Ninja"})

    assert place.names() == ["By Ninja", "Old", "By Ninja", "Old", "Old", "Old", "Old", "Old"]

    place.planado.patched(place.uuid, {"organization_name": "By Planado"})

    assert place.names()[:4] == ["By Planado", "Old", "By Planado", "Old"]
    assert place.names()[4:] == ["By Planado", "Old", "By Planado", "Old"]


def test_a_new_client_is_found_at_once_by_who_made_it(place: Place) -> None:
    uuid = place.planado.created(organization=True, organization_name="Made")

    assert place.planado.shown(uuid)["name"] == "Made"
    assert place.other_planado.get(f"/clients/{uuid}").status_code == 404


def test_what_is_gone_is_told_at_once_to_who_deleted_it_and_later_to_others(place: Place) -> None:
    place.planado.delete(f"/clients/{place.uuid}")

    assert [stone["uuid"] for stone in place.planado.listed("deleted=true")] == [place.uuid]
    assert place.other_planado.listed("deleted=true") == []


def test_after_a_while_the_writer_may_lag_again(place: Place) -> None:
    place.ninja.put(place.hashid, {"name": "New"})

    place.clock.now += PIN
    assert place.ninja.shown(place.hashid)["name"] == "New"
    place.clock.now += timedelta(seconds=1)
    assert place.ninja.shown(place.hashid)["name"] == "Old"


def test_writing_on_keeps_the_reads_with_the_primary(place: Place) -> None:
    for n in range(5):
        place.clock.now += PIN / 2
        place.ninja.put(place.hashid, {"name": f"New {n}"})

    place.clock.now += PIN / 2
    assert place.ninja.shown(place.hashid)["name"] == "New 4"


def test_a_revoked_token_is_refused_at_once(place: Place) -> None:
    place.store.revoke_token(1)

    assert place.ninja.get("/clients").status_code == 403


def test_a_replica_that_is_not_there_is_done_without(place: Place) -> None:
    place.store._write(renamed)
    place.store._replica.close()
    place.store._replica = Replica(NOWHERE, PIN)

    assert place.names() == ["New"] * 8


@pytest.mark.parametrize("text", ["", "ten", "-1", "1.5"])
def test_a_pin_that_is_no_number_of_seconds_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="GATEWAY_REPLICA_PIN_SECONDS"):
        Settings.of("sqlite://", {"GATEWAY_REPLICA_PIN_SECONDS": text})
