"""The steps around a write with an idempotency key, all in its transaction.

1. `claim_key` inserts the row of the key. While another transaction has inserted the same key and
   is not committed, PostgreSQL lets this one wait; SQLite has one writer anyway. If the other one
   commits, the claim is refused and the write does not run.
2. The write runs. If it raises, the row is rolled back with it: the key is free again.
3. The answer is rendered and put into the row. So there is no moment, not even after a crash, at
   which the effect is stored without its answer.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text, update

from storage.groups.reads import get_by_serials
from storage.model.errors import Conflict
from storage.model.moments import stored_moment
from storage.schema.answer_tables import IDEMPOTENCY_KEY

from .claims import KEPT, KeyClaim, StoredAnswer
from .reads import IS_KEY, KEY_COLUMNS, key_parameters

INSERT_KEY = text("""
INSERT INTO idempotency_key
    (account_id, dialect, key, fingerprint, status, headers, body, created_at)
VALUES (:account_id, :dialect, :key, :fingerprint, 0, '[]', :body, :now)
ON CONFLICT (account_id, dialect, key) DO UPDATE
SET fingerprint = excluded.fingerprint, created_at = excluded.created_at
WHERE idempotency_key.created_at <= :oldest
""")
"""Inserts a key, or takes over the row of one that is too old. Otherwise it changes no row."""
SWEPT_KEYS = 2
"""Old keys that each new one deletes: more than one, so that their number cannot grow."""
SELECT_OLD_KEYS = (
    select(KEY_COLUMNS.account_id, KEY_COLUMNS.dialect, KEY_COLUMNS.key)
    .where(KEY_COLUMNS.created_at <= bindparam("oldest"))
    .order_by(KEY_COLUMNS.created_at)
    .limit(SWEPT_KEYS)
    .with_for_update(skip_locked=True)
)
DELETE_KEY = delete(IDEMPOTENCY_KEY).where(IS_KEY)
UPDATE_ANSWER = (
    update(IDEMPOTENCY_KEY)
    .where(IS_KEY)
    .values({name: bindparam(name) for name in StoredAnswer.__struct_fields__})
)


def claimed_step(
    connection: Connection, step: Callable[[Connection], Any], claim: KeyClaim, now: datetime
) -> Any:
    """Run a step with the claim to a key before it and the answer to the request behind it.

    Raises Conflict, and does not run the step, if the key has an answer already.
    """
    claim_key(connection, claim, now)
    sweep_old_keys(connection, now)
    result = step(connection)
    find_groups = partial(get_by_serials, connection, claim.account_id)
    save_answer(connection, claim, claim.render(result, find_groups))
    return result


def claim_key(connection: Connection, claim: KeyClaim, now: datetime) -> None:
    values = {
        "account_id": claim.account_id,
        "dialect": claim.dialect,
        "key": claim.key,
        "fingerprint": claim.fingerprint,
        "body": b"",
        "now": stored_moment(now),
        "oldest": stored_moment(now - KEPT),
    }
    if connection.execute(INSERT_KEY, values).rowcount == 0:
        raise Conflict("request", ("idempotency key",))


def save_answer(connection: Connection, claim: KeyClaim, answer: StoredAnswer) -> None:
    values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    connection.execute(
        UPDATE_ANSWER, values | key_parameters(claim.account_id, claim.dialect, claim.key)
    )


def sweep_old_keys(connection: Connection, now: datetime) -> None:
    """Delete a few keys that are too old, of any account; those that others delete are skipped."""
    for row in connection.execute(SELECT_OLD_KEYS, {"oldest": now - KEPT}).all():
        connection.execute(DELETE_KEY, key_parameters(*row))
