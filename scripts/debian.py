"""Servers from Debian's packages in folders of their own, listening on loopback only. Started by
root they run as the user `postgres`, for PostgreSQL and PgBouncer refuse to be root."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
from sqlalchemy.engine import URL

from tests.support.live_server import free_port

WAIT_SECONDS = 30
USER = "postgres"


class Missing(Exception):
    """A package is not installed; says which, and how to get it."""


def programs() -> Path:
    """The folder of PostgreSQL's newest programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if not found:
        raise Missing("PostgreSQL is not installed here: apt-get install postgresql")
    return found[-1].parent


def bouncer_program() -> str:
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise Missing("PgBouncer is not installed here: apt-get install pgbouncer")
    return found


def end_cleanly() -> None:
    """Told to end, stop the servers first; Python by itself would leave them running."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


@contextmanager
def scratch(name: str, owner: str = USER) -> Iterator[Path]:
    """A folder that belongs to whoever the servers in it run as."""
    folder = Path(mkdtemp(prefix=f"gateway-{name}-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder)


def as_owner(folder: Path) -> dict[str, Any]:
    """For subprocess: to run as the owner of a folder."""
    return {"user": folder.owner(), "extra_groups": []} if os.geteuid() == 0 else {}


def run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(  # noqa: S603  our own
        command, capture_output=True, text=True, check=False, **as_owner(folder)
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {WAIT_SECONDS} s for {what}")
        time.sleep(0.01)


class Program:
    """A server process: a child of this one, ended by it."""

    process: subprocess.Popen[bytes] | None = None

    def launch(self, log: Path, *command: str | Path) -> None:
        with log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603  our own
                command, stdout=out, stderr=out, **as_owner(log.parent)
            )

    def end(self, sign: signal.Signals = signal.SIGINT) -> None:
        """Its first process only; PostgreSQL takes SIGINT for a fast shutdown."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(sign)
            self.process.wait(WAIT_SECONDS)


class Postgres(Program):
    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.data = folder / name
        self.port = free_port()
        self.url = f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        command = (programs() / "initdb", "-D", self.data, "-U", USER)
        run(self.folder, *command, "-A", "trust", "-E", "UTF8")

    def copy(self, primary: "Postgres") -> None:
        """Become a standby of the primary, with nothing of what was here before."""
        shutil.rmtree(self.data, ignore_errors=True)
        command = (programs() / "pg_basebackup", "-D", self.data, "-d", primary.url)
        run(self.folder, *command, "-R", "-c", "fast")

    def start(self) -> None:
        command = (programs() / "postgres", "-D", self.data, "-p", str(self.port))
        self.launch(self.folder / f"{self.name}.log", *command, "-h", "127.0.0.1", "-k", "")
        wait_until(self.is_up, f"{self.name} to accept connections")

    def is_up(self) -> bool:
        try:
            self.asked("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def asked(self, statement: str) -> Any:
        """The one value that a statement answers with."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as session:
            cursor = session.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return row and row[0]


class Bouncer(Program):
    """PgBouncer in transaction mode; it takes any database for one of the server behind it."""

    def __init__(self, folder: Path, behind: URL) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = behind.set(host="127.0.0.1", port=self.port, query={"pgbouncer": "true"})
        host = behind.query.get("host") or behind.host
        port = behind.port or 5432
        self.settings = f"[databases]\n* = host={host} port={port} user={behind.username}\n"

    def start(self) -> None:
        file = self.folder / "pgbouncer.ini"
        file.write_text(self.settings + BOUNCER.format(port=self.port))
        self.launch(self.folder / "pgbouncer.log", bouncer_program(), file)
        wait_until(self.is_up, "PgBouncer to accept connections")

    def is_up(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0


BOUNCER = """
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 1000
server_login_retry = 1
query_wait_timeout = 5
"""
"""The last two: how soon it looks again for a server that was gone, and how long a transaction
waits in it. Their defaults, 15 and 120 seconds, are longer than any caller waits."""
