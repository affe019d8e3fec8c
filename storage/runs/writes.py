"""Runs in a transaction: how far they have come, and what they said of each client."""

from datetime import datetime
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, func, insert, select, update

from storage.database.conditions import is_one_of
from storage.model.errors import NotFound
from storage.model.generators import Makers
from storage.model.runs import Note, Run, RunLine, RunState, StartRun
from storage.rules.validation import refuse_unstorable, tellable
from storage.schema.run_tables import RUN, RUN_LINE

from .reads import found

LONGEST_FIELD = 2000
"""Bytes of the field of a line: an index has to hold it."""


def started(connection: Connection, account_id: int, command: StartRun, makers: Makers) -> Run:
    refuse_unstorable(command)
    now = makers.clock()
    values = structs.asdict(command) | {
        "account_id": account_id,
        "state": RunState.RUNNING.value,
        "checkpoint": "",
        "counts": {},
        "reason": "",
        "started_at": now,
        "updated_at": now,
    }
    made = connection.execute(insert(RUN).values(values).returning(RUN.c.id)).scalar_one()
    return found(connection, made)


def resumed(connection: Connection, run_id: int, holder: str, makers: Makers) -> Run:
    values = {"state": RunState.RUNNING.value, "holder": holder, "reason": "", "ended_at": None}
    changed(connection, run_id, values, makers.clock())
    return found(connection, run_id)


def noted(connection: Connection, run_id: int, note: Note, makers: Makers) -> None:
    values = {"checkpoint": note.checkpoint, "counts": note.counts}
    changed(connection, run_id, values, makers.clock())
    if note.lines:
        last = select(func.max(RUN_LINE.c.place)).where(RUN_LINE.c.run_id == run_id)
        first = (connection.execute(last).scalar_one() or 0) + 1
        rows = [
            line_row(line) | {"run_id": run_id, "place": place}
            for place, line in enumerate(note.lines, first)
        ]
        connection.execute(insert(RUN_LINE), rows)


def line_row(line: RunLine) -> dict[str, Any]:
    """What was refused because no engine holds it can be told of all the same."""
    row = {name: tellable(text) for name, text in structs.asdict(line).items()}
    return row | {"field": row["field"].encode()[:LONGEST_FIELD].decode(errors="ignore")}


def ended(connection: Connection, run_id: int, state: RunState, reason: str, makers: Makers) -> Run:
    now = makers.clock()
    values = {"state": state.value, "reason": tellable(reason), "ended_at": now}
    changed(connection, run_id, values, now)
    return found(connection, run_id)


def changed(connection: Connection, run_id: int, values: dict[str, Any], now: datetime) -> None:
    mine = update(RUN).where(is_one_of(RUN.c.id, [run_id]))
    if not connection.execute(mine.values(values | {"updated_at": now})).rowcount:
        raise NotFound("run")
