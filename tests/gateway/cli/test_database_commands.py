"""`gateway db`: show the state of the database, and upgrade its schema. What `serve` refuses."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli import serve_command
from storage.database import engine_factory
from storage.database.engine_factory import open_engine
from tests.gateway.conftest import Run
from tests.support.databases import ENGINES


@pytest.fixture(params=ENGINES)
def empty(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> Iterator[str]:
    """The URL of a database without a schema. `run` works on this database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gateway.db'}"
        return
    with request.getfixturevalue("cluster").database(is_empty=True) as url:
        monkeypatch.setenv("GATEWAY_DATABASE_URL", url)
        yield url


def test_an_empty_database_has_no_schema_and_gets_none_by_looking(run: Run, empty: str) -> None:
    first, second = run("db", "status"), run("db", "status", "--json")

    assert first.code == 0
    assert "no schema" in first.out
    assert second.json["schema"] is None
    assert empty.startswith(second.json["engine"])


def test_an_upgrade_leads_to_the_newest_schema_and_then_has_nothing_to_do(
    run: Run, empty: str
) -> None:
    first, second = run("db", "upgrade"), run("db", "upgrade")

    assert first.out.endswith("it was at nothing.\n")
    assert second.out.endswith("it was up to date.\n")
    status = run("db", "status", "--json").json
    assert status["schema"] == status["newest"] is not None


def test_an_upgrade_tells_a_script_where_it_came_from(run: Run, empty: str) -> None:
    told = run("db", "upgrade", "--json").json

    assert told["before"] is None
    assert told["schema"] == told["newest"]


def test_a_schema_from_the_future_is_left_alone(run: Run, empty: str) -> None:
    run("db", "upgrade")
    engine = open_engine(empty)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    refused = run("db", "upgrade")

    assert (refused.code, refused.out) == (3, "")
    assert "newer than this gateway" in refused.err
    assert "schema 9999" in run("db", "status").out


def test_a_server_that_is_not_there_is_told_in_one_sentence_without_the_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "postgresql://me:swordfish@127.0.0.1:1/clients")

    refused = run("db", "status")

    assert refused.code == 3
    assert refused.err.count("\n") == 1
    assert "Connection refused" in refused.err
    assert "swordfish" not in refused.err


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of workers with which the server was started; it serves nothing."""
    numbers: list[int] = []
    monkeypatch.setattr(
        serve_command, "serve_forever", lambda *_url, workers, **_place: numbers.append(workers)
    )
    return numbers


class OldSqlite:
    sqlite_version_info = (3, 51, 2)


def test_several_workers_are_refused_with_an_sqlite_that_can_damage_the_file(
    run: Run, served: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_factory, "sqlite_module", OldSqlite)

    refused, alone = run("serve", "--workers", "2"), run("serve", "--workers", "1")

    assert (refused.code, refused.out) == (3, "")
    for way_on in (
        "3.51.3",
        "--workers 1",
        "pysqlite3",
        "PostgreSQL",
        "GATEWAY_ALLOW_OLD_SQLITE_WAL=1",
    ):
        assert way_on in refused.err
    assert (alone.code, served) == (0, [1])


def test_who_takes_the_risk_may_have_several_workers(
    run: Run, served: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_factory, "sqlite_module", OldSqlite)
    monkeypatch.setenv("GATEWAY_ALLOW_OLD_SQLITE_WAL", "1")

    assert run("serve", "--workers", "2").code == 0
    assert served == [2]


def test_the_library_that_comes_along_serves_with_several_workers(
    run: Run, served: list[int]
) -> None:
    assert run("serve", "--workers", "2").code == 0
    assert served == [2]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


def test_what_commands_create_is_for_their_owner_only(run: Run, tmp_path: Path) -> None:
    umask = os.umask(0o022)
    run("demo", "--account", "demo", "--clients", "3")
    run("export", "--account", "demo", "--dialect", "ninja", "-o", str(tmp_path / "all.json"))
    os.umask(umask)

    assert modes(tmp_path)["gateway.db"] == 0o600
    assert set(modes(tmp_path).values()) == {0o600}


def test_files_that_others_can_read_are_findings_of_the_status(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, path = tmp_path / "blobs", tmp_path / "gateway.db"
    monkeypatch.setenv("GATEWAY_BLOBS", str(blobs))
    run("db", "upgrade")
    clean = run("db", "status", "--json").json["findings"]
    path.chmod(0o644)
    blobs.mkdir(mode=0o755)

    told, text = run("db", "status", "--json").json["findings"], run("db", "status").out

    assert clean == []
    assert told == [
        f"{path} is open to other users (mode 644): chmod 600 {path}",
        f"{blobs} is open to other users (mode 755): chmod -R go= {blobs}",
    ]
    assert all(finding in text for finding in told)
