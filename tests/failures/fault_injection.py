"""The `gateway` command with a planted fault, to prove that the tests of failures find faults.

Run as `python -m tests.failures.fault_injection`. GATEWAY_TEST_FAULT names the fault. SQLite only.
"""

import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table

from gateway.__main__ import main
from gateway.migration.files import file_batches, import_files
from storage.database import sqlite
from storage.database.fast_sql import statements
from storage.database.group_commit import PendingStep
from storage.idempotency import methods
from storage.idempotency.claims import KeyClaim
from storage.idempotency.writes import claimed_step
from storage.schema.tables import CONTACT

Fault = Callable[[], None]
"""Plants itself into this process."""

FAULT = "GATEWAY_TEST_FAULT"
GAP = 0.12
"""Seconds for which a write is what it never should be: acknowledged and not committed, or
committed by half."""


def answer_before_the_commit() -> None:
    answer = PendingStep.set_result

    def answered(pending: PendingStep, found: Any = None, failure: Exception | None = None) -> None:
        answer(pending, found, failure)
        # A step that raises has no early answer: its failure is told as ever.
        if failure is None:
            pending.wake_with_result()
            pending.wake_with_result = lambda: None
            time.sleep(GAP)

    PendingStep.set_result = answered  # type: ignore[method-assign]


def commit_before_the_contacts() -> None:
    inserted = statements.insert_many

    def split(connection: Connection, table: Table, given: Sequence[statements.Parameters]) -> None:
        if table is CONTACT:
            # Behind the back of SQLAlchemy, which shall believe that all is one transaction.
            statements.execute_text(connection, "COMMIT")
            time.sleep(GAP)
            sqlite.begin_transaction(connection)
            statements.execute_text(connection, "SAVEPOINT step")  # that of group_commit.py
        inserted(connection, table, given)

    statements.insert_many = split


def commit_before_the_key() -> None:
    def split(connection: Connection, step: Any, claim: KeyClaim, now: datetime) -> Any:
        result = step(connection)
        statements.execute_text(connection, "COMMIT")
        time.sleep(GAP)
        sqlite.begin_transaction(connection)
        statements.execute_text(connection, "SAVEPOINT step")
        claimed_step(connection, lambda _: result, claim, now)
        return result

    methods.claimed_step = split


def sync_only_at_checkpoints() -> None:
    add_pragma("synchronous = NORMAL")


def never_sync() -> None:
    add_pragma("synchronous = OFF")
    checkpoint_often()


def checkpoint_often() -> None:
    """Move the WAL into the file after a few commits, which is no fault: a short run else has no
    checkpoint."""
    sqlite.CHECKPOINT_PAGES = 50


def import_in_small_transactions() -> None:
    """Give a short import many transactions, which is no fault."""
    file_batches.FILE_BATCH_SIZE = 10
    import_files.BATCHES_PER_TRANSACTION = 2


def add_pragma(setting: str) -> None:
    configure = sqlite.configure_connection

    def configured(raw: Any, record: object) -> None:
        configure(raw, record)
        raw.execute(f"PRAGMA {setting}")

    sqlite.configure_connection = configured


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        answer_before_the_commit,
        commit_before_the_contacts,
        commit_before_the_key,
        sync_only_at_checkpoints,
        never_sync,
        checkpoint_often,
        import_in_small_transactions,
    )
}

# Outside of the condition below: the workers import this file too, under another name.
if FAULT in os.environ:
    FAULTS[os.environ[FAULT]]()

if __name__ == "__main__":
    main()
