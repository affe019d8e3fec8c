"""`gateway db`: show the state of the database, and upgrade its schema."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
