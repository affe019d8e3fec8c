"""`gateway serve` in its own process group, which tests kill and start again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from storage.database.engine_factory import open_engine
from tests.failures.acknowledged_writes import Journal
from tests.failures.dialect_writers import TONGUES
from tests.failures.fault_injection import FAULT, Fault
from tests.support.live_server import (
    Served,
    create_account_and_tokens,
    free_port,
    wait_until_served,
)
from tests.support.secret_watch import assert_log_has_no_secret

ROOT = Path(__file__).parents[2]
HALVES = """
    SELECT count(*) FROM client WHERE NOT EXISTS (
        SELECT 1 FROM contact WHERE contact.account_id = client.account_id
        AND contact.client_serial = client.serial)
"""


class Gateway(Served):
    def __init__(
        self, database: str, folder: Path, fault: Fault | None = None, **environment: str
    ) -> None:
        self.database = database
        self.program = "tests.failures.fault_injection" if fault else "gateway"
        self.log = folder / "gateway.log"
        self.port = free_port()
        self.environment = os.environ | {
            "GATEWAY_DATABASE_URL": database,
            "GATEWAY_BLOBS": str(folder / "blobs"),
            "TMPDIR": str(folder),  # what one that is killed leaves behind goes with the test
            **environment,
        }
        if fault:
            self.environment[FAULT] = fault.__name__
        tokens = create_account_and_tokens(database)
        super().__init__(self.started(), f"http://127.0.0.1:{self.port}", tokens)
        wait_until_served(self.url)

    def started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", self.program, "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own
                [*command, "--workers", "2"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill all processes at once, as when the machine's memory runs out."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def start_again(self) -> None:
        self.process = self.started()
        wait_until_served(self.url)

    def lost(self, journal: Journal) -> list[str]:
        """List the acknowledged writes that their own dialect no longer shows."""
        with ExitStack() as stack:
            callers = {d: stack.enter_context(self.caller(d)) for d in TONGUES}
            found = []
            for (dialect, key), kept in journal.kept.items():
                shown = TONGUES[dialect].shown(callers[dialect], key)
                if shown is None or shown.number < kept.number or shown.version < kept.version:
                    found.append(f"{dialect} {key}: acknowledged {kept}, found {shown}")
        return found

    def halves(self) -> int:
        """Count the clients without contacts. No write creates a client without contacts."""
        return int(self.asked(HALVES))

    def asked(self, statement: str) -> str:
        """Run a statement on the database itself, and return its one value as text."""
        with self.connected() as connection:
            return str(connection.execute(text(statement)).scalar_one())

    def done(self, statement: str) -> None:
        with self.connected() as connection, connection.begin():
            connection.execute(text(statement))

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        engine = open_engine(self.database)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


@contextmanager
def gateway(database: str, folder: Path, fault: Fault | None = None) -> Iterator[Gateway]:
    """Run the gateway, with a planted fault if one is given."""
    running = Gateway(database, folder, fault)
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait(30)
    assert_log_has_no_secret(running.log, running.tokens.values())
