"""SQLite's driver: pysqlite3, which brings a SQLite of its own, and how both are set up."""

import ctypes
import functools
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

ADAPTERS: dict[type, Callable[[Any], Any]] = {type(None): {}.get, bool: int, bytes: bytes}
"""Values that the driver asks around about, which costs as much as twenty others do, and what they
are to it: they themselves, but for truth values."""

COUNT_MEMORY = 9
"""SQLITE_CONFIG_MEMSTATUS of `sqlite3_config`."""


def sqlite_module() -> ModuleType:
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
    """SQLite counts its memory under a lock that every allocation takes: a twentieth of what an
    import takes. Nobody here asks for the count, and SQLite's own advice is to do without it.

    To be said before the first connection; a driver that does not let SQLite be spoken to keeps
    its counts."""
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
