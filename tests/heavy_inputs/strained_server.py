"""What an input costs a server with one worker: the wait of other callers, memory, processor."""

import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from tests.support.live_server import PREFIXES, Served

from .heavy_input import ID, HeavyInput

PAUSE = 0.005
LONGEST = 120
"""Seconds after which an input counts as one without an answer."""
TICKS = os.sysconf("SC_CLK_TCK")


class Strain(NamedTuple):
    """`wait`: the longest wait of another caller meanwhile. `memory`: what the process grew by at
    its peak, in bytes. `status` is 0 if the connection was closed without an answer."""

    status: int
    seconds: float
    wait: float
    memory: int
    processor: float
    body: bytes


def strain_of(server: Served, dialect: str, key: str, given: HeavyInput) -> Strain:
    """Send an input, and measure what it costs the server and those who call it meanwhile."""
    body = given.body()
    reset_peak(server)
    before, spent = server.memory("VmRSS"), processor_time(server)
    with other_caller(server) as waits:
        started = time.monotonic()
        status, answer = send(server, dialect, key, given, body)
        seconds = time.monotonic() - started
        time.sleep(0.05)
    memory = server.memory("VmHWM") - before
    return Strain(status, seconds, max(waits), memory, processor_time(server) - spent, answer)


def send(
    server: Served, dialect: str, key: str, given: HeavyInput, body: bytes
) -> tuple[int, bytes]:
    """Send bytes as they are: a library would refuse some of these lines itself."""
    token = server.tokens[dialect]
    secret = {"ninja": f"X-API-TOKEN: {token}", "planado": f"Authorization: Bearer {token}"}
    path = PREFIXES[dialect] + given.path.replace(ID, key)
    lines = [
        f"{given.method} {path} HTTP/1.1",
        "Host: localhost",
        secret[dialect],
        f"Content-Type: {given.content_type}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in given.headers.items()),
    ]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    with socket.create_connection(address(server), LONGEST) as connection:
        with suppress(OSError):  # refused before its end: the answer is there
            connection.sendall(head + body)
        try:
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""


@contextmanager
def other_caller(server: Served) -> Iterator[list[float]]:
    """Read one page again and again while the block runs; yield how long each answer took."""
    done, waits = Event(), [0.0]
    caller = Thread(target=read_pages, args=(server, done, waits))
    caller.start()
    time.sleep(0.02)
    try:
        yield waits
    finally:
        done.set()
        caller.join()


def read_pages(server: Served, done: Event, waits: list[float]) -> None:
    headers = {"Authorization": f"Bearer {server.tokens['planado']}"}
    connection = http.client.HTTPConnection(*address(server), timeout=LONGEST)
    while not done.wait(PAUSE):
        started = time.monotonic()
        connection.request("GET", "/v2/clients?limit=1", headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        waits.append(time.monotonic() - started)
    connection.close()


def address(server: Served) -> tuple[str, int]:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return host, int(port)


def reset_peak(server: Served) -> None:
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


def processor_time(server: Served) -> float:
    """Return the seconds of processor time that the process has spent."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
