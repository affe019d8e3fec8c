"""Clients into SQLite and out again, beside dlt: `python -m bench.importing [clients]`.

Both read the same file of Invoice Ninja objects with two contacts each, on the same disk, one
after the other, in three interleaved rounds; the median is told. dlt (`dlt[sqlalchemy]`, its merge
on the id, child tables for the contacts) runs in an environment of its own, which is made when it
is missing: it is a peer to be measured against and no dependency. The gateway does more: it keeps
ids, numbers and keys unique, indexes texts for the search, and takes down a run.
"""

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from shutil import rmtree
from statistics import median
from typing import NamedTuple

from gateway.demo.fill import fill_account, get_or_create_account
from storage.model.commands import CreateAccount
from storage.store import Store

CLIENTS = 100_000
ROUNDS = 3
GATEWAY = [sys.executable, "-m", "gateway"]
PEER = """
import os, sys
import dlt, msgspec

path, database = sys.argv[1:]

@dlt.resource(name="clients", write_disposition="merge", primary_key="id")
def clients():
    with open(path, "rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line)

credentials = f"sqlite:///{database}"
pipeline = dlt.pipeline(
    "clients",
    pipelines_dir=os.path.dirname(database),
    destination=dlt.destinations.sqlalchemy(credentials),
    dataset_name="main",
)
pipeline.run(clients())
"""


class Run(NamedTuple):
    """What a command took: seconds, and megabytes at most."""

    seconds: float
    megabytes: int


def main(number: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        objects = exported(folder, number)
        python = peer_python()
        runs: dict[str, list[Run]] = {"import": [], "dlt merge": [], "export": []}
        for n in range(ROUNDS):
            here = folder / str(n)
            here.mkdir()
            runs["dlt merge"].append(run([python, "-c", PEER, objects, str(here / "peer.db")]))
            environment = {"GATEWAY_DATABASE_URL": f"sqlite:///{here / 'gateway.db'}"}
            opened = Store.open(environment["GATEWAY_DATABASE_URL"])
            opened.create_account(CreateAccount(name="acme"))
            opened.close()
            words = [*GATEWAY, "import", objects, "--account", "acme", "--dialect", "ninja"]
            runs["import"].append(run(words, environment))
            words = [*GATEWAY, "export", "--account", "acme", "--dialect", "ninja"]
            runs["export"].append(run([*words, "-o", str(here / "out.ndjson")], environment))
            rmtree(here)
    say(number, runs)


def say(number: int, runs: dict[str, list[Run]]) -> None:
    middle = {verb: median(run.seconds for run in found) for verb, found in runs.items()}
    for verb, found in runs.items():
        peak = max(run.megabytes for run in found)
        each = number / middle[verb]
        print(f"{verb:<10} {each:>9,.0f} clients/s {middle[verb]:>7.1f} s {peak:>6} MB")  # noqa: T201
    ratio = middle["dlt merge"] / middle["import"]
    print(f"import is {ratio:.1f} times as fast as dlt")  # noqa: T201


def exported(folder: Path, number: int) -> str:
    database = f"sqlite:///{folder / 'source.db'}"
    store = Store.open(database)
    for _ in fill_account(store, get_or_create_account(store, "acme"), 0, number):
        pass
    store.close()
    path = folder / "clients.ndjson"
    words = [*GATEWAY, "export", "--account", "acme", "--dialect", "ninja", "-o", str(path)]
    run(words, {"GATEWAY_DATABASE_URL": database})
    return str(path)


def peer_python() -> str:
    """An interpreter that has dlt."""
    place = Path(tempfile.gettempdir()) / "gateway-bench-dlt"
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
        packages = ["dlt[sqlalchemy]~=1.31", "msgspec~=0.22"]
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)  # noqa: S603
    return str(python)


def run(words: list[str], environment: dict[str, str] | None = None) -> Run:
    os.sync()  # what the one before has left for the disk to write is not this one's
    silent = {"DLT_TELEMETRY": "0", "RUNTIME__DLTHUB_TELEMETRY": "false"}
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  our own
        words,
        env=os.environ | silent | (environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return Run(time.perf_counter() - began, usage.ru_maxrss // 1024)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS)
