"""Reads of idempotency keys in a transaction."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage.schema.answer_tables import IDEMPOTENCY_KEY

from .claims import KEPT, KeyedAnswer, StoredAnswer

KEY_COLUMNS = IDEMPOTENCY_KEY.c
IS_KEY = (
    (KEY_COLUMNS.account_id == bindparam("of_account"))
    & (KEY_COLUMNS.dialect == bindparam("of_dialect"))
    & (KEY_COLUMNS.key == bindparam("of_key"))
)
SELECT_ANSWER = select(
    KEY_COLUMNS.fingerprint, KEY_COLUMNS.status, KEY_COLUMNS.headers, KEY_COLUMNS.body
).where(IS_KEY, KEY_COLUMNS.created_at > bindparam("oldest"))
"""Selects the answer of one key. Statements are built once: that costs as much as running them."""


def key_parameters(account_id: int, dialect: str, key: str) -> dict[str, object]:
    """Return the parameters of `IS_KEY`."""
    return {"of_account": account_id, "of_dialect": dialect, "of_key": key}


def find_answer(
    connection: Connection, account_id: int, dialect: str, key: str, now: datetime
) -> KeyedAnswer | None:
    """Find the answer of a key that an account has used in a dialect, unless it is too old."""
    values = key_parameters(account_id, dialect, key) | {"oldest": now - KEPT}
    row = connection.execute(SELECT_ANSWER, values).first()
    if row is None:
        return None
    fingerprint, status, headers, body = row
    pairs = tuple((name, value) for name, value in headers)
    answer = StoredAnswer(status=status, headers=pairs, body=bytes(body))
    return KeyedAnswer(fingerprint=fingerprint, answer=answer)
