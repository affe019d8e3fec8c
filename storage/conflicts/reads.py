"""Reads of conflicts in a transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from storage.database.conditions import in_values
from storage.model.conflicts import ConflictState, FieldConflict
from storage.model.errors import NotFound
from storage.schema.conflict_tables import CONFLICT

CONFLICT_COLUMNS = tuple(CONFLICT.c[name] for name in FieldConflict.__struct_fields__)


def list_conflicts(
    connection: Connection, account_id: int, state: ConflictState | None
) -> tuple[FieldConflict, ...]:
    """List the conflicts of an account, or only those in a state, the oldest first."""
    statement = select(*CONFLICT_COLUMNS).where(CONFLICT.c.account_id == account_id)
    if state is not None:
        statement = statement.where(CONFLICT.c.state == state.value)
    return tuple(map(conflict_from_row, connection.execute(statement.order_by(CONFLICT.c.id))))


def get_conflict(connection: Connection, account_id: int, conflict_id: int) -> FieldConflict:
    """Return a conflict. Raises NotFound if the account has none with this id."""
    statement = select(*CONFLICT_COLUMNS).where(
        CONFLICT.c.account_id == account_id, in_values(CONFLICT.c.id, [conflict_id])
    )
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound("conflict")
    return conflict_from_row(row)


def find_open(
    connection: Connection, account_id: int, source: str, serials: Sequence[int]
) -> dict[tuple[int, str], FieldConflict]:
    """Find the open conflicts of clients with a source, by the client's serial and the group."""
    statement = select(*CONFLICT_COLUMNS).where(
        CONFLICT.c.account_id == account_id,
        CONFLICT.c.source == source,
        CONFLICT.c.state == ConflictState.OPEN.value,
        in_values(CONFLICT.c.client_serial, serials),
    )
    records = map(conflict_from_row, connection.execute(statement))
    return {(record.client_serial, record.group): record for record in records}


def conflict_from_row(row: Sequence[Any]) -> FieldConflict:
    values = dict(zip(FieldConflict.__struct_fields__, row, strict=True))
    return FieldConflict(**values | {"state": ConflictState(values["state"])})
