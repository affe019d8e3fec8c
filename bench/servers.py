"""Servers under measurement: started on cores of their own, watched through /proc, stopped."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import psutil
from msgspec import Struct

from bench.faults import Unfit

ROOT = Path(__file__).parent.parent
SERVER_CORE = "0"
PATIENCE = 30.0
GATEWAY = (sys.executable, "-m", "gateway")
UVICORN = (sys.executable, "-m", "uvicorn", "--no-access-log", "--no-server-header")
"""With the options that `gateway serve` gives it."""


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Plan(Struct, frozen=True, kw_only=True):
    """How a server is started; `alive` is a path that answers 200 once it serves."""

    words: Sequence[str]
    environment: Mapping[str, str]
    alive: str
    cores: str = SERVER_CORE


class Memory(NamedTuple):
    """In megabytes (10⁶ bytes), of the largest process."""

    rss: float
    pss: float


class Server:
    """Running from `with` to its end."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan, self._folder = plan, folder
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Server":
        self._log = (self._folder / f"server-{self.port}.log").open("w+b")
        words = ["taskset", "-c", self._plan.cores, *self._plan.words]
        self._process = subprocess.Popen(  # noqa: S603  our own
            [*words, "--host", "127.0.0.1", "--port", str(self.port)],
            cwd=self._folder,
            env=environment(self._plan.environment),
            stdout=self._log,
            stderr=self._log,
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def ask(
        self, path: str, headers: Mapping[str, str], method: str = "GET", body: str = ""
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body.encode() or None, dict(headers))
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def busy(self) -> float:
        """Seconds of processor time that it has taken so far, its workers' too."""
        times = [process.cpu_times() for process in self._processes()]
        return float(sum(t.user + t.system for t in times))

    def memory(self) -> Memory:
        found = [process.memory_full_info() for process in self._processes()]
        return Memory(max(m.rss for m in found) / 1e6, max(m.pss for m in found) / 1e6)

    def _processes(self) -> list[psutil.Process]:
        parent = psutil.Process(self._process.pid)
        return [parent, *parent.children(recursive=True)]

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if self.ask(self._plan.alive, {}).status < 500:  # noqa: PLR2004
                    return
            except (OSError, HTTPException):
                time.sleep(0.002)
        said = Path(self._log.name).read_text(encoding="utf-8", errors="replace")[-2000:]
        raise Unfit(f"{' '.join(self._plan.words)} does not serve:\n{said}")


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """Without what the caller's shell sets of the gateway and of Python: all is at its default."""
    left = {k: v for k, v in os.environ.items() if not k.startswith(("GATEWAY_", "PYTHON"))}
    return left | {"PYTHONPATH": str(ROOT)} | dict(own)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def gateway(database: Path, *, workers: int = 1, cores: str = SERVER_CORE) -> Plan:
    """As its users start it: by the command line, with every setting at its default."""
    return Plan(
        words=(*GATEWAY, "serve", "--workers", str(workers)),
        environment={"GATEWAY_DATABASE_URL": f"sqlite:///{database}"},
        alive="/livez",
        cores=cores,
    )


def ceiling(answer: Path) -> Plan:
    return Plan(
        words=(*UVICORN, "--factory", "bench.ceiling:app"),
        environment={"BENCH_ANSWER": str(answer)},
        alive="/",
    )


def peer(database: Path) -> Plan:
    return Plan(
        words=(*UVICORN, "bench.peer:app"),
        environment={"PEER_DATABASE": str(database)},
        alive="/livez",
    )
