"""Servers from Debian's packages in folders of their own, listening on loopback only. Started by
root they run as the user `postgres`, for PostgreSQL and PgBouncer refuse to be root."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

from tests.served import free_port

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


def user() -> dict[str, Any]:
    """For subprocess: whom to be."""
    return {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder that belongs to whoever the servers run as."""
    folder = Path(mkdtemp(prefix=f"gateway-{name}-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER, USER)
        yield folder
    finally:
        shutil.rmtree(folder)


def run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **user())  # noqa: S603  our own
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {WAIT_SECONDS} s for {what}")
        time.sleep(0.01)


class Started:
    """A server process: a child of this one, ended with it."""

    process: subprocess.Popen[bytes] | None = None

    def launch(self, folder: Path, *command: str | Path) -> None:
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, **user())  # noqa: S603  our own

    def kill(self) -> None:
        """Its first process only, at once."""
        if self.process:
            self.process.kill()
            self.process.wait(WAIT_SECONDS)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(self.ending)
            self.process.wait(WAIT_SECONDS)

    ending = 2  # SIGINT: a fast shutdown for PostgreSQL, a clean one for PgBouncer


class Postgres(Started):
    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.data = folder / name
        self.port = free_port()

    def create(self) -> None:
        run(programs() / "initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8")

    def copy(self, primary: "Postgres") -> None:
        """Become a standby of the primary, with nothing of what was here before."""
        shutil.rmtree(self.data, ignore_errors=True)
        source = f"host=127.0.0.1 port={primary.port} user={USER} application_name={self.name}"
        run(programs() / "pg_basebackup", "-D", self.data, "-d", source, "-R", "-c", "fast")

    def start(self) -> None:
        options = ("-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder))
        self.launch(self.folder, programs() / "postgres", "-D", self.data, *options)
        wait_until(self.is_up, f"{self.name} to accept connections")

    def is_up(self) -> bool:
        try:
            self.asked("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def asked(self, statement: str) -> Any:
        """The one value that a statement answers with."""
        with closing(psycopg.connect(self.url(), autocommit=True, connect_timeout=5)) as session:
            cursor = session.execute(statement.encode())
            return cursor.fetchone()[0] if cursor.description else None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"


BOUNCER = """
[databases]
* = host=127.0.0.1 port={target} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 1000
ignore_startup_parameters = extra_float_digits
server_login_retry = 1
query_wait_timeout = 5
"""
