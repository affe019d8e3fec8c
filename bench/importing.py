"""Clients into SQLite and out again, beside dlt: `python -m bench.importing [clients]`.

Both read the same file of Invoice Ninja objects with two contacts each, on the same disk, one
after the other, in three interleaved rounds; the median is told. dlt (`dlt[sqlalchemy]`, its merge
on the id, child tables for the contacts) runs in an environment of its own, which is made when it
is missing: it is a peer to be measured against and no dependency. The gateway does more: it keeps
ids, numbers and keys unique, indexes texts for the search, and takes down a run.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from statistics import median

from gateway.filling import account_named, fill
from storage import CreateAccount, Store

CLIENTS = 100_000
ROUNDS = 3
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


def main(number: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        objects = exported(folder, number)
        python = peer_python()
        took: dict[str, list[float]] = {"import": [], "dlt merge": [], "export": []}
        peak = 0
        for n in range(ROUNDS):
            here = folder / str(n)
            here.mkdir()
            took["dlt merge"].append(seconds([python, "-c", PEER, objects, str(here / "peer.db")]))
            environment = {"GATEWAY_DATABASE_URL": f"sqlite:///{here / 'gateway.db'}"}
            opened = Store.open(environment["GATEWAY_DATABASE_URL"])
            opened.create_account(CreateAccount(name="acme"))
            opened.close()
            words = [sys.executable, "-m", "gateway", "import", objects]
            took["import"].append(
                seconds([*words, "--account", "acme", "--dialect", "ninja"], environment)
            )
            peak = max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            words = [sys.executable, "-m", "gateway", "export", "--account", "acme"]
            words += ["--dialect", "ninja", "-o", str(here / "out.ndjson")]
            took["export"].append(seconds(words, environment))
    for verb, all_seconds in took.items():
        each = number / median(all_seconds)
        print(f"{verb:<10} {each:>9,.0f} clients/s   {median(all_seconds):.1f} s")  # noqa: T201
    ratio = median(took["dlt merge"]) / median(took["import"])
    print(f"import against dlt: {ratio:.1f} times as fast; largest process {peak // 1024} MB")  # noqa: T201


def exported(folder: Path, number: int) -> str:
    database = f"sqlite:///{folder / 'source.db'}"
    store = Store.open(database)
    for _ in fill(store, account_named(store, "acme"), 0, number):
        pass
    store.close()
    path = folder / "clients.ndjson"
    words = [sys.executable, "-m", "gateway", "export", "--account", "acme"]
    seconds([*words, "--dialect", "ninja", "-o", str(path)], {"GATEWAY_DATABASE_URL": database})
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


def seconds(words: list[str], environment: dict[str, str] | None = None) -> float:
    began = time.perf_counter()
    silent = {"DLT_TELEMETRY": "0", "RUNTIME__DLTHUB_TELEMETRY": "false"}
    subprocess.run(  # noqa: S603  our own
        words, env=os.environ | silent | (environment or {}), check=True, capture_output=True
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS)
