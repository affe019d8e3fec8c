"""The file of an open SQLite database is moved, replaced or deleted: refused, until it is back."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.app import create_app
from gateway.settings import Settings
from storage.database import database_file
from storage.database.database_file import file_identity
from storage.database.sqlite import MAX_WAL_BYTES
from storage.database.sqlite_driver import sqlite_module
from storage.model.commands import CreateAccount, CreateToken
from storage.model.errors import Unavailable
from storage.store import Store
from tests.support.api_callers import Ninja, Planado
from tests.support.asgi_client import AsgiClient


def delete(path: Path) -> None:
    path.rename(path.with_name("kept.db"))


def replace(path: Path) -> None:
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    delete(path)
    copy.rename(path)


LOSSES: dict[str, Callable[[Path], None]] = {"deleted": delete, "replaced": replace}


class Place:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = Store.open(f"sqlite:///{path}")
        self.account = self.store.create_account(CreateAccount(name="acme"))
        self.http = AsgiClient(create_app(self.store, Settings()))
        self.ninja = Ninja(self.http, self.token("ninja"))
        self.planado = Planado(self.http, self.token("planado"))
        self.client = self.ninja.created(name="A")["id"]

    def token(self, dialect: str) -> str:
        return str(self.store.create_token(CreateToken(account="acme", dialect=dialect))[1])

    def reads(self) -> list[int]:
        """Read in all ways: from the cache, by the snapshot reader, from the store."""
        paths = ("/clients", f"/clients/{self.client}", "/clients?filter=A")
        return [
            *(self.ninja.get(path).status_code for path in paths),
            self.planado.get("/clients").status_code,
        ]

    def writes(self) -> list[int]:
        body = {"organization": True, "organization_name": "B"}
        return [
            self.ninja.post("/clients", json={"name": "B"}).status_code,
            self.planado.post("/clients", json=body).status_code,
        ]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "gateway.db")
    yield place
    place.http.close()
    place.store.close()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_file_is_no_answer_after_a_moment_and_serves_again_once_it_is_back(
    place: Place, loss: str
) -> None:
    assert place.reads() == [200] * 4
    LOSSES[loss](place.path)
    time.sleep(database_file.CHECK_SECONDS + 0.01)

    lost = place.reads() + place.writes()
    place.path.with_name("kept.db").rename(place.path)
    time.sleep(database_file.CHECK_SECONDS + 0.01)

    assert lost == [503] * 6
    assert place.reads() == [200] * 4
    assert place.writes() == [200, 201]


@pytest.mark.parametrize("loss", LOSSES)
def test_no_write_is_acknowledged_in_a_lost_file_not_even_at_once(
    place: Place, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_file, "CHECK_SECONDS", 3600)
    place.reads()

    LOSSES[loss](place.path)

    assert place.writes() == [503, 503]
    assert place.path.exists() is (loss == "replaced")


def test_the_log_says_once_what_to_do(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    replace(place.path)
    time.sleep(database_file.CHECK_SECONDS + 0.01)

    place.reads()
    place.writes()

    assert [r.getMessage() for r in caplog.records].count(
        f"the database is gone: {database_file.REPLACED}"
    ) == 1
    assert "restart the server" in database_file.REPLACED


def test_the_new_file_is_used_after_a_new_start(place: Place) -> None:
    replace(place.path)
    with pytest.raises(Unavailable):
        place.store.create_account(CreateAccount(name="bolt"))

    place.store.close()

    assert place.store.create_account(CreateAccount(name="bolt")).name == "bolt"


def test_a_worker_that_starts_later_uses_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    url = f"sqlite:///{path}"
    Store.open(url).close()
    identity = file_identity(url)
    replace(path)

    late, anew = Store.at(url), Store.at(url)
    late.expect_file(identity)
    anew.expect_file("")

    with pytest.raises(Unavailable, match="replaced"):
        late.list_accounts()
    assert anew.list_accounts() == ()
    late.close()
    anew.close()


def test_a_check_is_one_system_call_in_a_quarter_of_a_second(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched, calls = place.store._database_file, []
    assert watched is not None
    identity = watched._identity()
    monkeypatch.setattr(watched, "_identity", lambda: (calls.append(1), identity)[1])
    started = time.monotonic()

    answers = {watched.is_in_place() for _ in range(10_000)}
    took = time.monotonic() - started

    assert answers == {True}
    assert len(calls) <= took / database_file.CHECK_SECONDS + 1


def test_a_wal_that_has_grown_is_cut_when_it_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    store, wal = Store.open(f"sqlite:///{path}"), Path(f"{path}-wal")
    reader = sqlite_module().connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM client").fetchall()
    with store._engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE bulk AS SELECT zeroblob(80000000) AS bytes")
    grown = wal.stat().st_size

    reader.close()
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE bulk")
    store.create_account(CreateAccount(name="acme"))
    store.create_account(CreateAccount(name="bolt"))

    assert grown > MAX_WAL_BYTES
    assert wal.stat().st_size <= MAX_WAL_BYTES
    store.close()
