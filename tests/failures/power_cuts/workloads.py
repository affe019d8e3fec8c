"""What the gateway was doing when the power went: each workload returns its recording."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Engine

from storage.database.sqlite import WRITE_OPTIONS
from storage.migrations.upgrade import NEWEST_REVISION, upgrade_schema
from storage.store import Store
from tests.failures.acknowledged_writes import Journal, Kept
from tests.failures.fault_injection import FAULT, Fault, import_in_small_transactions
from tests.failures.load import load
from tests.failures.server_process import ROOT, Gateway
from tests.storage.migrations.test_revisions import (
    Tables,
    brought_to,
    contents,
    insert_older_rows,
    opened,
    write_all_kinds,
)
from tests.support.live_server import create_account_and_tokens
from tests.support.secret_watch import assert_log_has_no_secret

from .disk import Snapshot, take_snapshot
from .promises import (
    BLOBS,
    DATABASE,
    ClientKept,
    DocumentGone,
    DocumentKept,
    DocumentLeaving,
    ImportDone,
    UpgradeDone,
)
from .write_journal import Entry, WriteJournal


class Recording(NamedTuple):
    """A folder before a workload, and the journal of the workload."""

    snapshot: Snapshot
    entries: list[Entry]


class Recorder:
    """A folder of data, which the library watches, and the journal beside it."""

    def __init__(self, folder: Path, library: Path) -> None:
        self.data = folder / "data"
        (self.data / BLOBS).parent.mkdir(parents=True)
        self.database = f"sqlite:///{self.data / DATABASE}"
        self.journal = WriteJournal(library, self.data, folder / "journal")
        self.snapshot: Snapshot | None = None

    def environment(self) -> dict[str, str]:
        """Return the environment of a process to be recorded. The first call takes the snapshot."""
        self.snapshot = self.snapshot or take_snapshot(self.data)
        return {"GATEWAY_BLOBS": str(self.data / BLOBS)} | self.journal.environment

    def recording(self) -> Recording:
        assert self.snapshot
        return Recording(self.snapshot, self.journal.entries())

    def run(self, *command: str, fault: Fault | None = None) -> None:
        """Run a command of the gateway."""
        program = "tests.failures.fault_injection" if fault else "gateway"
        planted = {FAULT: fault.__name__} if fault else {}
        subprocess.run(  # noqa: S603  our own
            [sys.executable, "-m", program, *command, "--database", self.database],
            cwd=ROOT,
            env=os.environ | planted | self.environment(),
            stdout=subprocess.DEVNULL,
            check=True,
        )


class RecordedGateway(Gateway):
    def __init__(self, folder: Path, recorder: Recorder, fault: Fault | None) -> None:
        self.recorder = recorder
        super().__init__(recorder.database, folder, fault)

    def started(self) -> subprocess.Popen[bytes]:
        if self.recorder.snapshot is None:
            with closing(Store.open(self.database)) as store:
                store.set_password("acme", PASSWORD)
        self.environment |= self.recorder.environment()
        return super().started()

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(30) == 0


class RecordedAnswers(Journal):
    """A journal of the answers to callers, which acknowledges each write in the recording too."""

    def __init__(self, journal: WriteJournal) -> None:
        super().__init__()
        self.journal = journal

    def keep(self, dialect: str, key: str, kept: Kept) -> None:
        self.journal.acknowledge(ClientKept(key, kept.version))
        super().keep(dialect, key, kept)


def served_writes(
    folder: Path,
    library: Path,
    *,
    writes: int,
    files: int = 0,
    starts: int = 1,
    fault: Fault | None = None,
) -> Recording:
    """Write through both dialects with two workers, and stop the server, a number of times.

    Each time at least so many writes of clients are acknowledged, and so many files are uploaded.
    """
    recorder = Recorder(folder, library)
    answers = RecordedAnswers(recorder.journal)
    server = RecordedGateway(folder, recorder, fault)
    try:
        for turn in range(starts):
            if turn:
                server.start_again()
            with load(server, answers, f"turn-{turn}"), ThreadPoolExecutor(2) as pool:
                numbers = range(turn * files, (turn + 1) * files)
                done = [pool.submit(upload, server, recorder, number) for number in numbers]
                answers.wait_for((turn + 1) * writes)
            for call in done:
                call.result()
            server.stop()
    finally:
        server.process.kill()
        server.process.wait(30)
    assert_log_has_no_secret(server.log, server.tokens.values())
    return recorder.recording()


PASSWORD = "Secret123"
IMPORTED = "clients.ndjson"
LARGE = 6 * 2**20
"""Bytes of each thirtieth file: more than one part of an upload."""


def upload(server: Gateway, recorder: Recorder, number: int) -> None:
    """Create a client, upload a file for it, and delete each tenth file."""
    name = f"{number}.txt"
    size = LARGE if number % 30 == 29 else 1 + 997 * number
    content = Random(number).randbytes(size // 2 + 1).hex().encode() + name.encode()  # noqa: S311
    with server.caller("ninja") as http:
        client = http.post("/clients", json={"name": f"{name} 0"}).json()["data"]["id"]
        files = {"documents[]": (name, content, "text/plain")}
        answer = http.post(f"/clients/{client}/upload", files=files)
        assert answer.status_code == 200, answer.text
        recorder.journal.acknowledge(DocumentKept(name, sha256(content).hexdigest()))
        if number % 10 == 2:
            (document,) = answer.json()["data"]["documents"]
            recorder.journal.acknowledge(DocumentLeaving(name))
            confirmed = {"X-API-PASSWORD": PASSWORD}
            answer = http.delete(f"/documents/{document['id']}", headers=confirmed)
            assert answer.status_code == 200, answer.text
            recorder.journal.acknowledge(DocumentGone(name))


def imported(folder: Path, library: Path, clients: int, *, is_small: bool = True) -> Recording:
    """Import clients from a file, with twenty in a transaction if `is_small`."""
    recorder = Recorder(folder, library)
    create_account_and_tokens(recorder.database)
    path = folder / IMPORTED
    path.write_bytes(b"".join(msgspec.json.encode(a_client(n)) + b"\n" for n in range(clients)))
    fault = import_in_small_transactions if is_small else None
    command = ["import", str(path), "--account", "acme", "--dialect", "planado"]
    recorder.run(*command, fault=fault)
    recorder.journal.acknowledge(ImportDone(clients))
    return recorder.recording()


def a_client(number: int) -> dict[str, object]:
    return {
        "uuid": f"00000000-0000-4000-8000-{number:012}",
        "external_id": f"import-{number}",
        "organization": True,
        "organization_name": f"Client {number}",
        "contacts": [{"name": "Ada", "value": f"{number}@example.com", "type": "email"}],
    }


def upgraded(folder: Path, library: Path, revision: str | None) -> tuple[Recording, Tables]:
    """Upgrade a database of an old revision, or create one. Return what its tables hold, too."""
    recorder = Recorder(folder, library)
    if revision:
        write_old_database(recorder.database, revision)
    recorder.run("db", "upgrade")
    recorder.journal.acknowledge(UpgradeDone(NEWEST_REVISION))
    with opened(recorder.database) as engine, engine.connect() as connection:
        return recorder.recording(), contents(connection)


def write_old_database(url: str, revision: str) -> None:
    with opened("sqlite://") as engine:
        with writing(engine) as connection:
            upgrade_schema(connection)
        write_all_kinds(Store(engine), revision)
        with engine.connect() as connection:
            held = contents(connection)
    with opened(url) as engine, writing(engine) as connection:
        brought_to(connection, revision)
        insert_older_rows(connection, held, revision)


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    return engine.execution_options(**WRITE_OPTIONS).begin()
