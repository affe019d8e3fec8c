"""Progress of a long command: a bar on a terminal, a line every ten seconds elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from gateway.terminal import escape_line, say

SECONDS_BETWEEN_LINES = 10.0
SLOW_RATE = 10
"""Clients per second below which the rate has a decimal."""


class Meter(Protocol):
    """What shows the progress of a command.

    `update` takes how many are done, and the total if it is known. `print_line` prints a line
    without breaking the bar.
    """

    def update(self, done: int, total: int | None) -> None: ...
    def print_line(self, words: str) -> None: ...


class RateColumn(ProgressColumn):
    """Clients per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if speed is None:
            return Text("")
        return Text(f"{speed:,.1f}/s" if speed < SLOW_RATE else f"{speed:,.0f}/s")


class SilentMeter:
    """Shows nothing: standard output and standard error belong to a script."""

    def update(self, done: int, total: int | None) -> None:
        pass

    def print_line(self, words: str) -> None:
        pass


class LineMeter:
    """Prints a line every ten seconds, for logs and pipes."""

    def __init__(self, words: str, write: Callable[[int], str]) -> None:
        self._words = words
        self._write = write
        self._last = time.monotonic()

    def update(self, done: int, total: int | None) -> None:
        if time.monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            of_all = "" if total is None else f" of {self._write(total)}"
            self.print_line(f"{self._words}: {self._write(done)}{of_all}")

    def print_line(self, words: str) -> None:
        say(words, err=True)


class BarMeter:
    """A bar on a terminal."""

    def __init__(self, progress: Progress, words: str) -> None:
        self._progress = progress
        self._task = progress.add_task(words, total=None)

    def update(self, done: int, total: int | None) -> None:
        self._progress.update(self._task, completed=done, total=total)

    def print_line(self, words: str) -> None:
        self._progress.console.print(escape_line(words), highlight=False, markup=False)


@contextmanager
def meter(words: str, *, quiet: bool, is_of_bytes: bool = False) -> Iterator[Meter]:
    """Open the meter that fits standard error. It counts clients, or bytes of a file."""
    console = Console(stderr=True)
    if quiet:
        yield SilentMeter()
    elif not console.is_terminal:
        yield LineMeter(words, decimal if is_of_bytes else with_thousands_commas)
    else:
        counts: tuple[ProgressColumn, ...] = (MofNCompleteColumn(), RateColumn())
        if is_of_bytes:
            counts = (DownloadColumn(), TransferSpeedColumn())
        columns = (TextColumn("{task.description}"), BarColumn(), *counts, TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            yield BarMeter(bar, words)


def with_thousands_commas(number: int) -> str:
    return f"{number:,}"
