"""Writes of runs in a transaction: their state, progress and report lines."""

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, update

from storage.database.conditions import in_values
from storage.database.fast_sql import statements
from storage.model.errors import NotFound
from storage.model.generators import Generators
from storage.model.runs import Run, RunLine, RunProgress, RunState, StartRun
from storage.rules.validation import is_storable, refuse_unstorable, sanitize_text
from storage.schema.run_tables import RUN, RUN_LINE

from .reads import get_run

DELETE_BATCH_SIZE = 500
MAX_FIELD_BYTES = 2000
"""The largest size of the field of a line, because an index must hold it."""


def start_run(
    connection: Connection, account_id: int, command: StartRun, generators: Generators
) -> Run:
    """Insert a run in the state RUNNING. Raises Invalid if it cannot be stored."""
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
    [run_id] = statements.fetch_all(connection, insert_statement(tuple(values)), values)[0]
    return get_run(connection, run_id)


@functools.cache
def insert_statement(names: tuple[str, ...]) -> Any:
    """Return the statement that inserts a run with these columns, and returns its id."""
    values = {name: bindparam(name, type_=RUN.c[name].type) for name in names}
    return insert(RUN).values(values).returning(RUN.c.id)


def resume_run(connection: Connection, run_id: int, holder: str, generators: Generators) -> Run:
    """Set a run to RUNNING again, with a new holder. Raises NotFound if there is none."""
    values = {"state": RunState.RUNNING.value, "holder": holder, "reason": "", "ended_at": None}
    update_run(connection, run_id, values, generators.clock())
    return get_run(connection, run_id)


def save_progress(
    connection: Connection, run_id: int, progress: RunProgress, generators: Generators
) -> None:
    """Save the checkpoint and the counts of a run, and append its new report lines.

    Raises NotFound if there is no run.
    """
    values = {"checkpoint": progress.checkpoint, "counts": progress.counts}
    update_run(connection, run_id, values, generators.clock())
    add_lines(connection, run_id, progress.lines)


def add_lines(connection: Connection, run_id: int, lines: Sequence[RunLine]) -> None:
    """Append report lines to a run."""
    if lines:
        select_last = select(func.max(RUN_LINE.c.place)).where(RUN_LINE.c.run_id == run_id)
        first = (connection.execute(select_last).scalar_one() or 0) + 1
        rows = [
            line_to_row(line) | {"run_id": run_id, "place": place}
            for place, line in enumerate(lines, first)
        ]
        connection.execute(insert(RUN_LINE), rows)


def line_to_row(line: RunLine) -> dict[str, Any]:
    """Return the row of a report line, with its texts made storable.

    A line may quote a text that was refused because no engine can store it.
    """
    row = {name: sanitize_text(text) for name, text in structs.asdict(line).items()}
    return row | {"field": row["field"].encode()[:MAX_FIELD_BYTES].decode(errors="ignore")}


def end_run(
    connection: Connection, run_id: int, state: RunState, reason: str, generators: Generators
) -> Run:
    """Set the final state of a run, with its reason and time. Raises NotFound if there is none."""
    now = generators.clock()
    values = {"state": state.value, "reason": sanitize_text(reason), "ended_at": now}
    update_run(connection, run_id, values, now)
    return get_run(connection, run_id)


def delete_idle_runs(connection: Connection, account_id: int) -> int:
    """Delete the DONE runs of an account that have no lines and changed nothing.

    The newest one of each kind stays: the next run of its kind begins where it ended. Returns
    their number. A mirror makes some in every minute.
    """
    is_done = (RUN.c.account_id == account_id, RUN.c.state == RunState.DONE.value)
    kind = (RUN.c.verb, RUN.c.dialect, RUN.c.source)
    newest = select(func.max(RUN.c.id)).where(*is_done).group_by(*kind)
    statement = select(RUN.c.id, RUN.c.counts).where(
        *is_done,
        RUN.c.id.not_in(newest),
        ~exists().where(RUN_LINE.c.run_id == RUN.c.id),
    )
    idle = [
        run_id
        for run_id, counts in connection.execute(statement)
        if not any(number for name, number in counts.items() if name not in {"read", "unchanged"})
    ]
    for start in range(0, len(idle), DELETE_BATCH_SIZE):
        batch = idle[start : start + DELETE_BATCH_SIZE]
        connection.execute(delete(RUN).where(in_values(RUN.c.id, batch)))
    return len(idle)


def update_run(connection: Connection, run_id: int, values: dict[str, Any], now: datetime) -> None:
    """Change columns of a run. Raises NotFound if there is none."""
    statement = update_statement(tuple(values))
    given = {f"new_{name}": value for name, value in values.items()}
    given |= {"run_id": run_id, "new_updated_at": now}
    if not is_storable(run_id) or statements.fetch_first(connection, statement, given) is None:
        raise NotFound("run")


@functools.cache
def update_statement(names: tuple[str, ...]) -> Any:
    """Return the statement that changes columns of a run, and returns its id."""
    values = {name: bindparam(f"new_{name}", type_=RUN.c[name].type) for name in names}
    changed = update(RUN).values(values | {"updated_at": bindparam("new_updated_at")})
    return changed.where(RUN.c.id == bindparam("run_id")).returning(RUN.c.id)
