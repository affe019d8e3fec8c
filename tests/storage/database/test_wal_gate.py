"""Several workers need an SQLite whose WAL is safe with several of them."""

import pytest

from storage.database import engine_factory
from storage.database.engine_factory import refuse_unsafe_wal
from storage.database.sqlite_driver import has_wal_reset_fix, sqlite_module
from storage.model.errors import Unavailable


@pytest.mark.parametrize(
    ("version", "is_fixed"),
    [
        ((3, 6, 23), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_the_fixed_versions_are_known(version: tuple[int, ...], is_fixed: bool) -> None:
    assert has_wal_reset_fix(version) is is_fixed


def test_the_library_that_comes_with_the_gateway_is_fixed() -> None:
    assert has_wal_reset_fix(sqlite_module().sqlite_version_info)


class OldSqlite:
    sqlite_version_info = (3, 40, 1)


def test_an_old_library_is_refused_for_several_workers_on_a_file_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_factory, "sqlite_module", OldSqlite)

    refuse_unsafe_wal("sqlite:///gateway.db", 1)
    refuse_unsafe_wal("postgresql://host/clients", 2)
    with pytest.raises(Unavailable, match=r"SQLite 3\.40\.1 can damage it if 2 workers write"):
        refuse_unsafe_wal("sqlite:///gateway.db", 2)
