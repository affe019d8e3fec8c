"""A replay that reads each of our answers as a typed client would."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx

from .answer_types import AnswerTypes, Line, Violation, is_typed
from .comparison import Difference
from .replay import FILES, OK, Replay, read_lines

RICHEST_FIRST = ("writing", "reading", *(name for name in FILES if name.startswith("walks")))
"""The files, with those first that show nearly every type in few requests."""


@cache
def recorded_types() -> AnswerTypes:
    return AnswerTypes(line for name in RICHEST_FIRST for line in read_lines(name))


class TypedReplay(Replay):
    """A replay that also notes which of our answers break the original's types."""

    def __init__(self, replay: Replay, types: AnswerTypes) -> None:
        super().__init__(replay.asker, replay.credentials, replay.pause)
        self.types = types
        self.read_answers = 0
        self.violations: list[Violation] = []

    def compare(self, line: Line, response: httpx.Response, body: Any) -> Iterator[Difference]:
        if response.status_code == OK and is_typed(line):
            self.read_answers += 1
            violation = self.types.violation(line, response.content)
            self.violations += [violation] if violation else []
        yield from super().compare(line, response, body)
