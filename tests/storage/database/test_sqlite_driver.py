"""Settings of SQLite and its driver: values are stored as they would be without the settings."""

import ctypes
from typing import Any

import pytest
from pysqlite3 import _sqlite3

from storage.database.sqlite_driver import ADAPTERS, sqlite_module


@pytest.mark.parametrize(
    ("value", "kind", "stored"),
    [
        (None, "null", None),
        (True, "integer", 1),
        (False, "integer", 0),
        (b"\0\xff", "blob", b"\0\xff"),
        ("", "text", ""),
        (7, "integer", 7),
        (0.5, "real", 0.5),
    ],
)
def test_values_are_stored_as_what_they_are(value: Any, kind: str, stored: Any) -> None:
    connection = sqlite_module().connect(":memory:")

    assert connection.execute("SELECT typeof(?), ?", (value, value)).fetchone() == (kind, stored)
    connection.close()


@pytest.mark.parametrize("kind", ADAPTERS)
def test_the_driver_is_told_only_of_what_it_does_not_know(kind: type) -> None:
    """An adapter for one of these types makes the driver look up adapters for all of them."""
    assert kind not in {int, float, str, bytearray}


def test_sqlite_does_not_count_its_memory() -> None:
    connection = sqlite_module().connect(":memory:")
    connection.execute("CREATE TABLE crowd AS SELECT randomblob(100000)")
    used, most = ctypes.c_int(-1), ctypes.c_int(-1)
    library = ctypes.CDLL(_sqlite3.__file__)

    assert library.sqlite3_status(0, ctypes.byref(used), ctypes.byref(most), 0) == 0
    assert used.value == 0
    connection.close()
