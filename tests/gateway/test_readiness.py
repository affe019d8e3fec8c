"""`/readyz`: each part of the work is tried, on both engines, and strangers learn no more."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from gateway import readiness
from gateway.app import create_app
from gateway.readiness import Readiness
from gateway.settings import Settings
from storage.database.engine_factory import open_engine
from storage.documents.blob_store import BlobStore
from storage.store import Store
from tests.support.asgi_client import AsgiClient

READY = {"write": "ok", "schema": "ok", "blobs": "ok", "disk": "ok"}


class Place:
    """A database, a folder of blobs, and the app over both."""

    def __init__(self, url: str, blobs: Path, **environment: str) -> None:
        self.url, self.blobs = url, blobs
        self.store = Store.open(url, blobs=BlobStore.at(str(blobs)))
        settings = Settings.of(url, {"GATEWAY_BLOBS": str(blobs)} | environment)
        self.http = AsgiClient(create_app(self.store, settings))

    def checks(self) -> dict[str, str]:
        answer = self.http.get("/readyz")
        told = answer.json()
        assert told["ready"] is (answer.status_code == 200)
        assert answer.status_code in {200, 503}
        assert set(told) == {"ready", "checks"}
        checks: dict[str, str] = told["checks"]
        return checks

    def run(self, statement: str) -> None:
        """Run a statement on the database, on a connection of its own."""
        engine = open_engine(self.url)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
            connection.commit()
        engine.dispose()

    def close(self) -> None:
        self.http.close()
        self.store.close()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "MIN_INTERVAL", 0)


@pytest.fixture
def place(empty: str, tmp_path: Path) -> Iterator[Place]:
    place = Place(empty, tmp_path / "blobs")
    yield place
    place.close()


def is_sqlite(place: Place) -> bool:
    return make_url(place.url).get_backend_name() == "sqlite"


def test_a_gateway_that_can_do_everything_is_ready_without_a_token(place: Place) -> None:
    answer = place.http.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": READY}
    assert answer.headers["cache-control"] == "no-store"


def test_the_write_is_a_real_commit(place: Place) -> None:
    reader = place.store.snapshot_reader()
    before = reader.refresh() if reader else place.store._read(transactions_so_far)

    place.checks()

    after = reader.refresh() if reader else place.store._read(transactions_so_far)
    assert after != before


def transactions_so_far(connection: object) -> int:
    statement = "SELECT xmin::text::bigint FROM alembic_version"
    number: int = connection.exec_driver_sql(statement).scalar_one()  # type: ignore[attr-defined]
    return number


def test_a_read_only_database_is_not_ready_and_is_ready_again_afterwards(place: Place) -> None:
    name = make_url(place.url).database
    place.store.close()
    if is_sqlite(place):
        with place.store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
    else:
        place.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')

    refused = place.checks()
    place.store.close()
    if not is_sqlite(place):
        other = make_url(place.url).update_query_dict(
            {"options": "-c default_transaction_read_only=off"}
        )
        engine = open_engine(other.render_as_string(hide_password=False))
        with engine.connect() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" RESET ALL')
            connection.commit()
        engine.dispose()

    assert refused == READY | {"write": "failed"}
    assert place.checks() == READY


def test_another_schema_is_not_ready(place: Place) -> None:
    place.run("UPDATE alembic_version SET version_num = '0001'")

    assert place.checks() == READY | {"schema": "failed"}


def test_a_place_for_documents_that_cannot_be_written_is_not_ready(place: Place) -> None:
    place.checks()
    for leftover in sorted(place.blobs.rglob("*"), reverse=True):
        leftover.rmdir()
    place.blobs.rmdir()
    place.blobs.write_text("a file where the folder should be")

    assert place.checks() == READY | {"blobs": "failed"}


def test_a_probe_leaves_no_file_behind(place: Place) -> None:
    place.checks()

    assert [path for path in place.blobs.rglob("*") if path.is_file()] == []


def test_a_disk_with_little_room_is_not_ready(empty: str, tmp_path: Path) -> None:
    place = Place(empty, tmp_path / "blobs", GATEWAY_MIN_FREE_MB="999999")

    checks = place.checks()
    place.close()

    assert checks == READY | {"disk": "failed"}


def test_strangers_learn_no_path_and_no_reason_but_the_log_does(
    empty: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = Place(empty, tmp_path / "blobs", GATEWAY_MIN_FREE_MB="999999")

    answers = [place.http.get("/readyz") for _ in range(3)]
    place.close()

    assert {answer.text for answer in answers} == {
        '{"ready":false,"checks":{"write":"ok","schema":"ok","blobs":"ok","disk":"failed"}}'
    }
    assert len(re.findall("less than 999999 MiB are free", caplog.text)) == 1


def test_a_replaced_database_file_is_not_ready(place: Place) -> None:
    if not is_sqlite(place):
        pytest.skip("PostgreSQL has no file of ours")
    assert place.checks() == READY

    path = Path(str(make_url(place.url).database))
    path.rename(path.with_suffix(".kept"))
    time.sleep(0.3)

    assert place.checks() == READY | {"write": "failed", "schema": "failed"}


def test_many_callers_share_one_run_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "MIN_INTERVAL", 60)
    runs = []

    async def check() -> None:
        runs.append(1)
        await asyncio.sleep(0.01)

    async def ask() -> list[dict[str, str]]:
        checks = Readiness({"work": check})
        return [
            *await asyncio.gather(*(checks.results() for _ in range(100))),
            await checks.results(),
        ]

    answers = asyncio.run(ask())

    assert answers == [{"work": "ok"}] * 101
    assert len(runs) == 1


def test_a_check_that_hangs_is_too_slow_and_is_not_started_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(readiness, "MAX_SECONDS", 0.01)
    runs = []

    async def ask() -> list[str]:
        end = asyncio.Event()

        async def hang() -> None:
            runs.append(1)
            await end.wait()

        checks = Readiness({"work": hang})
        told = [(await checks.results())["work"] for _ in range(3)]
        assert runs == [1]
        end.set()
        return [*told, (await checks.results())["work"]]

    assert asyncio.run(ask()) == ["too slow"] * 3 + ["ok"]
