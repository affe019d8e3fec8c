"""The store's methods for requests with an idempotency key."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from storage.database.step_wrapper import wrap_step
from storage.database.transactions import TransactionRunner

from .claims import KeyClaim, KeyedAnswer
from .reads import find_answer
from .writes import claimed_step


class IdempotencyMethods(TransactionRunner):
    """The part of the store for idempotency keys."""

    def find_answer(self, account_id: int, dialect: str, key: str) -> KeyedAnswer | None:
        """Find the answer of a key that an account has used in a dialect in the last 24 hours."""
        return self._read(find_answer, account_id, dialect, key, self._generators.clock())

    @contextmanager
    def claim_key(self, claim: KeyClaim) -> Iterator[None]:
        """Let the one write of the block claim a key and store its answer, all or nothing.

        The write raises Conflict, and changes nothing, if the key has an answer already.
        """
        clock = self._generators.clock

        def wrap(step: Callable[[Connection], Any]) -> Callable[[Connection], Any]:
            return lambda connection: claimed_step(connection, step, claim, clock())

        with wrap_step(wrap):
            yield
