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
