"""Looks for tokens and hashes of passwords in all that is logged while the tests run."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from storage.accounts import passwords, tokens
from storage.model.records import Secret

WORD = re.compile(r"[0-9A-Za-z]{32,}")
"""What a token looks like, and the last part of a hash."""


class WordCollector(logging.Handler):
    """A log handler that keeps the long words of all messages and tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self.words: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.words.update(WORD.findall(self.format(record)))


@contextmanager
def no_secret_is_logged() -> Iterator[None]:
    """Raise AssertionError at the end of the block if a secret that was made in it was logged."""
    made: set[str] = set()

    def noted(text: str) -> Secret:
        made.update(WORD.findall(text))
        return Secret(text)

    collector = WordCollector()
    logging.getLogger().addHandler(collector)
    try:
        with patch.object(tokens, "Secret", noted), patch.object(passwords, "Secret", noted):
            yield
    finally:
        logging.getLogger().removeHandler(collector)
    assert_no_secret(collector.words.__contains__, made)


def assert_log_has_no_secret(log: Path, secrets: Iterable[str]) -> None:
    """Raise AssertionError if the log of a server has one of its secrets."""
    assert_no_secret(log.read_text(errors="replace").__contains__, secrets)


def assert_no_secret(is_told: Callable[[str], bool], secrets: Iterable[str]) -> None:
    told = len(list(filter(is_told, secrets)))
    # The assertion itself must not tell them.
    if told:
        raise AssertionError(f"{told} secrets are in a log")
