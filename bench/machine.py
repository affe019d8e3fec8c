"""The machine under the figures: what it is, what its disk promises, whether it is idle."""

import os
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil
from msgspec import Struct

LIBRARIES = ("starlette", "uvicorn", "sqlmodel", "sqlalchemy", "fastapi")
SYNCS = 50
BUSY = 10.0


class Machine(Struct, frozen=True, kw_only=True):
    """`sync` is how many milliseconds an append of 4 KiB takes until it is on the disk, `others`
    the percentage of all cores that was taken before the run began."""

    processor: str
    cores: int
    system: str
    file_system: str
    sync: float
    others: float
    python: str
    versions: dict[str, str]
    commit: str


def machine(folder: Path) -> Machine:
    return Machine(
        others=psutil.cpu_percent(interval=2),
        processor=processor(),
        cores=len(os.sched_getaffinity(0)),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        file_system=file_system(folder),
        sync=sync_time(folder),
        python=platform.python_version(),
        versions={name: version(name) for name in LIBRARIES},
        commit=commit(),
    )


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def file_system(folder: Path) -> str:
    whole = folder.resolve()
    mounts = [m for m in psutil.disk_partitions(all=True) if whole.is_relative_to(m.mountpoint)]
    return str(max(mounts, key=lambda mount: len(mount.mountpoint)).fstype)


def sync_time(folder: Path) -> float:
    took = []
    path = folder / "sync"
    with path.open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    path.unlink()
    return median(took)


def commit() -> str:
    """Of the code that is measured; `+` when it has been changed since."""
    words = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()


def taken() -> float:
    """Seconds of processor time that all work on this machine has had so far."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def doubts(found: Machine) -> list[str]:
    """What of the machine makes the figures doubtful."""
    said = []
    if found.others > BUSY:
        said.append(f"other work takes {found.others:.0f} % of this machine: figures will vary")
    if found.file_system in {"tmpfs", "ramfs", "overlay"}:
        said.append(f"the stores are on {found.file_system}, where a sync may cost nothing")
    return said
