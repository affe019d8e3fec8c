"""Writes of conflicts in a transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from storage.database.conditions import in_values
from storage.model.conflicts import ConflictState, FieldConflict, GroupConflict
from storage.rules.validation import sanitize_text
from storage.schema.conflict_tables import CONFLICT

from . import reads


def save_found(
    connection: Connection,
    account_id: int,
    source: str,
    found: Mapping[int, Sequence[GroupConflict]],
    now: datetime,
) -> None:
    """Save what a sync has found of clients, by serial: all their conflicts with a source.

    An open conflict that is found again is brought up to date; one that is not found has ended.
    """
    open_conflicts = reads.find_open(connection, account_id, source, list(found))
    rows = []
    for serial, conflicts in found.items():
        for conflict in conflicts:
            values = found_values(conflict, now)
            known = open_conflicts.pop((serial, conflict.group), None)
            if known is not None:
                update_conflict(connection, known.id, values)
                continue
            keys = {"account_id": account_id, "source": source, "client_serial": serial}
            rows.append(keys | {"created_at": now} | values)
    if rows:
        connection.execute(insert(CONFLICT), rows)
    for ended in open_conflicts.values():
        close_conflict(connection, ended, ConflictState.ENDED, "", now)


def found_values(conflict: GroupConflict, now: datetime) -> dict[str, Any]:
    """Return the columns that say what a sync has found."""
    state = ConflictState.OVERWRITTEN if conflict.winner else ConflictState.OPEN
    texts = {
        "group": conflict.group,
        "fields": ", ".join(conflict.fields),
        "here": conflict.here,
        "there": conflict.there,
        "winner": conflict.winner,
    }
    values: dict[str, Any] = {name: sanitize_text(text) for name, text in texts.items()}
    return values | {"state": state.value, "settled_at": now if conflict.winner else None}


def close_conflict(
    connection: Connection,
    conflict: FieldConflict,
    state: ConflictState,
    winner: str,
    now: datetime,
) -> None:
    """Set the final state of a conflict."""
    values = {"state": state.value, "winner": winner, "settled_at": now}
    update_conflict(connection, conflict.id, values)


def update_conflict(connection: Connection, conflict_id: int, values: dict[str, Any]) -> None:
    connection.execute(
        update(CONFLICT).where(in_values(CONFLICT.c.id, [conflict_id])).values(values)
    )
