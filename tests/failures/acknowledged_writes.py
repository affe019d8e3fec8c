"""A journal of the answers to callers, and the writes that they acknowledged."""

import time
from threading import Lock
from typing import NamedTuple

WAIT_SECONDS = 30


class Answer(NamedTuple):
    """An answer of the gateway at a `moment`.

    `trouble` says what is wrong with the answer. A status of 0 means that no answer came.
    """

    moment: float
    dialect: str
    is_write: bool
    status: int
    seconds: float
    trouble: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Kept(NamedTuple):
    """The state of a client: the number that its writer put into its name, and its version."""

    number: int
    version: int


class Figures(NamedTuple):
    acknowledged: int
    refused: int
    recovery: float
    slowest: float

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} writes acknowledged, {self.refused} requests answered with 503, "
            f"served again after {self.recovery:.2f} s, slowest answer {self.slowest:.2f} s"
        )


class Journal:
    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.kept: dict[tuple[str, str], Kept] = {}
        """By dialect and key."""
        self.acknowledged = 0
        self._lock = Lock()

    def add(self, answer: Answer) -> None:
        with self._lock:
            self.answers.append(answer)

    def keep(self, dialect: str, key: str, kept: Kept) -> None:
        with self._lock:
            self.kept[dialect, key] = kept
            self.acknowledged += 1

    def wait_for(self, acknowledged: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while self.acknowledged < acknowledged:
            assert time.monotonic() < deadline, self.troubles
            time.sleep(0.01)

    @property
    def troubles(self) -> set[str]:
        return {answer.trouble for answer in self.answers} - {""}

    def figures(self, back: float) -> Figures:
        """Return the figures of an outage. `back` is the moment when the database was available
        again."""
        return Figures(
            self.acknowledged,
            sum(answer.status == 503 for answer in self.answers),
            self.recovery(back),
            max(answer.seconds for answer in self.answers),
        )

    def recovery(self, back: float) -> float:
        """Return the seconds until the last refusal, and until all kinds of callers were served
        again."""
        after = [answer for answer in self.answers if answer.moment > back]
        kinds = {(answer.dialect, answer.is_write) for answer in self.answers}
        served = [
            min((a.moment for a in after if a.is_success and a[1:3] == kind), default=float("inf"))
            for kind in kinds
        ]
        return max(served + [a.moment for a in after if not a.is_success]) - back
