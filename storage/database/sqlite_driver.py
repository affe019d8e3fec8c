"""Loads SQLite's driver, pysqlite3 with its own SQLite library, and configures both."""

import ctypes
import functools
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

ADAPTERS: dict[type, Callable[[Any], Any]] = {type(None): {}.get, bool: int, bytes: bytes}
"""Adapters that the driver finds at once, by type.

For a value of these types the driver otherwise searches for an adapter, which costs as much as
twenty other values. Each adapter returns the value itself, but a bool becomes an int.
"""

COUNT_MEMORY = 9
"""The option SQLITE_CONFIG_MEMSTATUS of `sqlite3_config`."""

WAL_RESET_FIXES = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""Versions of SQLite in which the WAL-reset bug is fixed: two in their own series, and the third
with all that came later."""


def has_wal_reset_fix(version: tuple[int, ...]) -> bool:
    """Return whether a version of SQLite is free of the WAL-reset bug of 3.7.0 to 3.51.2.

    With the bug, a checkpoint can miss that another connection has begun the WAL anew. A later
    checkpoint then skips what was committed, and the database is damaged.
    """
    *series_fixes, last_fix = WAL_RESET_FIXES
    return version >= last_fix or any(
        version[:2] == fix[:2] and version >= fix for fix in series_fixes
    )


def sqlite_module() -> ModuleType:
    """Return the configured pysqlite3 module, or the standard `sqlite3` with a warning."""
    try:
        from pysqlite3 import _sqlite3 as library, dbapi2
    except ImportError:
        warnings.warn(
            f"pysqlite3 is missing: falling back to the interpreter's SQLite "
            f"{sqlite3.sqlite_version}; before 3.51.3 its WAL can lose data with several writers.",
            RuntimeWarning,
            stacklevel=2,
        )
        return sqlite3
    module: ModuleType = dbapi2
    disable_memory_statistics(library.__file__)
    for kind, adapted in ADAPTERS.items():
        module.register_adapter(kind, adapted)
    return module


@functools.cache
def disable_memory_statistics(path: str) -> None:
    """Switch off SQLite's memory statistics. Call it before the first connection is opened.

    Each allocation takes a lock for these statistics, which costs a twentieth of an import's time.
    We do not read them, and SQLite's documentation advises to switch them off. With a driver that
    gives no access to the library, the statistics stay on.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(path)
        shutdown, configure, initialize = (
            library.sqlite3_shutdown,
            library.sqlite3_config,
            library.sqlite3_initialize,
        )
        configure.argtypes = [ctypes.c_int]  # what follows has no fixed types
        shutdown()
        configure(COUNT_MEMORY, ctypes.c_int(0))
        initialize()
