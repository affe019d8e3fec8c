"""Runs in a transaction: how far they have come, and what they said of each client."""

from datetime import datetime
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, func, insert, select, update

from storage.database.conditions import in_values
from storage.model.errors import NotFound
from storage.model.generators import Generators
from storage.model.runs import Run, RunLine, RunProgress, RunState, StartRun
from storage.rules.validation import refuse_unstorable, sanitize_text
from storage.schema.run_tables import RUN, RUN_LINE

from .reads import get_run

LONGEST_FIELD = 2000
"""Bytes of the field of a line: an index has to hold it."""


def start_run(
    connection: Connection, account_id: int, command: StartRun, generators: Generators
) -> Run:
    refuse_unstorable(command)
    now = generators.clock()
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
    return get_run(connection, made)


def resume_run(connection: Connection, run_id: int, holder: str, generators: Generators) -> Run:
    values = {"state": RunState.RUNNING.value, "holder": holder, "reason": "", "ended_at": None}
    update_run(connection, run_id, values, generators.clock())
    return get_run(connection, run_id)


def save_progress(
    connection: Connection, run_id: int, progress: RunProgress, generators: Generators
) -> None:
    values = {"checkpoint": progress.checkpoint, "counts": progress.counts}
    update_run(connection, run_id, values, generators.clock())
    if progress.lines:
        last = select(func.max(RUN_LINE.c.place)).where(RUN_LINE.c.run_id == run_id)
        first = (connection.execute(last).scalar_one() or 0) + 1
        rows = [
            line_to_row(line) | {"run_id": run_id, "place": place}
            for place, line in enumerate(progress.lines, first)
        ]
        connection.execute(insert(RUN_LINE), rows)


def line_to_row(line: RunLine) -> dict[str, Any]:
    """What was refused because no engine holds it can be told of all the same."""
    row = {name: sanitize_text(text) for name, text in structs.asdict(line).items()}
    return row | {"field": row["field"].encode()[:LONGEST_FIELD].decode(errors="ignore")}


def end_run(
    connection: Connection, run_id: int, state: RunState, reason: str, generators: Generators
) -> Run:
    now = generators.clock()
    values = {"state": state.value, "reason": sanitize_text(reason), "ended_at": now}
    update_run(connection, run_id, values, now)
    return get_run(connection, run_id)


def update_run(connection: Connection, run_id: int, values: dict[str, Any], now: datetime) -> None:
    mine = update(RUN).where(in_values(RUN.c.id, [run_id]))
    if not connection.execute(mine.values(values | {"updated_at": now})).rowcount:
        raise NotFound("run")
