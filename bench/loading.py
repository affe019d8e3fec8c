"""wrk on the load's core: plays a script at a server for some seconds and says what came of it."""

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from bench.faults import Unfit
from bench.scripts import Order, Script

CONNECTIONS = 16
REPLAY = Path(__file__).parent / "load" / "replay.lua"
LOAD_CORE = "1"


class Played(Struct, frozen=True, kw_only=True):
    """What replay.lua says. Latencies are in milliseconds, `size` in bytes with all headers."""

    answers: int
    seconds: float
    size: int
    p50: float
    p99: float
    broken: int
    refused: int
    played_out: bool


class Load(Struct, frozen=True, kw_only=True):
    """`work` are the seconds of processor time that wrk took, its reading of the script too."""

    rate: float
    seconds: float
    answers: int
    size: float
    p50: float
    p99: float
    work: float

    @property
    def busy(self) -> float:
        """The share of its core that wrk took: near 1 it would be the limit."""
        return self.work / self.seconds


class Aim(Struct, frozen=True, kw_only=True):
    """At which server, how long and from where: `cores` as taskset writes them."""

    url: str
    seconds: int
    cores: str = LOAD_CORE
    connections: int = CONNECTIONS
    seed: int = 1


def play(script: Script, aim: Aim, scratch: Path) -> Load:
    """Raises Unfit when an answer failed: a rate of failures means nothing."""
    process = wrk(script, aim, scratch)
    assert process.stdout is not None  # noqa: S101
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Unfit(f"wrk ended with {process.returncode}: {output.decode()}")
    return measured(parsed(output), script, work=usage.ru_utime + usage.ru_stime)


def wrk(script: Script, aim: Aim, scratch: Path) -> subprocess.Popen[bytes]:
    path = script.write(scratch / "requests.txt")
    words = ["taskset", "-c", aim.cores, "wrk", "-t1"]
    words += [f"-c{aim.connections}", f"-d{aim.seconds}s"]
    words += ["--timeout", "30s", "-s", str(REPLAY), aim.url, "--"]
    words += [str(path), script.order.value, str(aim.seed)]
    return subprocess.Popen(words, stdout=subprocess.PIPE)  # noqa: S603  our own


def pass_through(script: Script, aim: Aim, scratch: Path) -> None:
    """Each request once, without measuring."""
    wrk(structs.replace(script, order=Order.THROUGH), aim, scratch).communicate()


def parsed(output: bytes) -> Played:
    """The last line of wrk's output."""
    return msgspec.json.decode(output.strip().rpartition(b"\n")[2], type=Played)


def measured(played: Played, script: Script, work: float) -> Load:
    first = script.asks[0]
    what = f"{first.method} {first.path} and its like"
    if played.broken or played.refused:
        raise Unfit(
            f"{what}: {played.refused} of {played.answers} answers were errors,"
            f" {played.broken} connections broke"
        )
    if played.played_out:
        raise Unfit(f"{what}: {len(script.asks)} requests were too few, prepare more")
    if not played.answers:
        raise Unfit(f"{what}: no answer within {played.seconds:.0f} s")
    return Load(
        rate=played.answers / played.seconds,
        seconds=played.seconds,
        answers=played.answers,
        size=played.size / played.answers,
        p50=played.p50,
        p99=played.p99,
        work=work,
    )


def check_tools() -> None:
    """Raises Unfit naming what is to be installed."""
    for tool, package in (("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(tool) is None:
            raise Unfit(f"{tool} is missing: `apt-get install {package}` (Debian) brings it")
    if len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004
        raise Unfit("the server and the load need a core each, and this machine has one")
