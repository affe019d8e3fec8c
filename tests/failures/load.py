"""Load on a real server: callers of both dialects that write and read, with a journal of all
answers."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import httpx

from tests.failures.acknowledged_writes import Answer, Journal, Kept
from tests.failures.dialect_writers import TONGUES, version
from tests.support.live_server import Served

WRITERS, READERS = 2, 1
"""Of each dialect."""
PAUSE = 0.01
MOST_CALLS = 20_000
"""The limit of one caller, so that a run ends even if it is never stopped."""
CHANGES = 3
"""Of each client, after its creation."""


@contextmanager
def load(server: Served, journal: Journal, run: str, multiple: int = 1) -> Iterator[None]:
    """Put load on the server through both dialects while the block runs.

    `run` marks the clients of this run. `multiple` multiplies the usual number of callers.
    """
    done = Event()
    with ThreadPoolExecutor(2 * multiple * (WRITERS + READERS)) as pool:
        calls = []
        for dialect in TONGUES:
            for n in range(multiple * WRITERS):
                caller = Caller(server, journal, dialect, f"{run}-{dialect}-{n}")
                calls.append(pool.submit(caller.write, done))
            reader = Caller(server, journal, dialect, run)
            calls += [pool.submit(reader.read, done) for _ in range(multiple * READERS)]
        try:
            yield
        finally:
            done.set()
    for call in calls:
        call.result()


class Caller:
    """A caller of one dialect, with clients of its own."""

    def __init__(self, server: Served, journal: Journal, dialect: str, name: str) -> None:
        self.server = server
        self.journal = journal
        self.dialect = dialect
        self.name = name

    def write(self, done: Event) -> None:
        """Create a client, change it a few times, and go on to the next client."""
        tongue = TONGUES[self.dialect]
        with self.server.caller(self.dialect) as http:
            key = ""
            for n in range(MOST_CALLS):
                label = f"{self.name}-{n}"
                if n % (CHANGES + 1) == 0 or not key:
                    answer = self.noted(http, True, tongue.create, label, f"{label} {n}")
                    key = tongue.key(answer) if answer else ""
                else:
                    answer = self.noted(http, True, tongue.change, key, f"{label} {n}")
                if answer:
                    self.journal.keep(self.dialect, key, Kept(n, version(answer)))
                if done.wait(PAUSE):
                    return

    def read(self, done: Event) -> None:
        with self.server.caller(self.dialect) as http:
            for _ in range(MOST_CALLS):
                self.noted(http, False, httpx.Client.get, "/clients")
                if done.wait(PAUSE):
                    return

    def noted(
        self, http: httpx.Client, is_write: bool, call: Callable[..., httpx.Response], *args: str
    ) -> httpx.Response | None:
        """Write the answer into the journal, and return it if it is a success."""
        started = time.monotonic()
        try:
            answer = call(http, *args)
        except httpx.TransportError as error:
            status, trouble, answer = 0, repr(error), None
        else:
            status, trouble = answer.status_code, trouble_with(answer)
        now = time.monotonic()
        self.journal.add(Answer(now, self.dialect, is_write, status, now - started, trouble))
        return answer if answer and answer.is_success else None


def trouble_with(answer: httpx.Response) -> str:
    """Return what is wrong with an answer, or an empty text.

    Successes are right, and so is a 503 in the dialect's JSON with a Retry-After header.
    """
    if answer.is_success:
        return ""
    is_json = answer.headers.get("content-type") == "application/json"
    is_refusal = answer.status_code == 503 and answer.headers.get("retry-after") == "1"
    if is_refusal and is_json and list(answer.json()) == ["message"]:
        return ""
    return f"{answer.status_code} {answer.text[:200]}"
