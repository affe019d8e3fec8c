"""Reads of runs and their report lines in a transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from storage.database.conditions import in_values
from storage.database.fast_sql import statements
from storage.model.errors import NotFound
from storage.model.limits import MAX_INTEGER
from storage.model.runs import Run, RunLine, RunState
from storage.rules.validation import is_storable
from storage.schema.account_tables import ACCOUNT
from storage.schema.run_tables import RUN, RUN_LINE

RUN_COLUMNS = (
    RUN.c.id,
    ACCOUNT.c.name.label("account"),
    *(RUN.c[name] for name in Run.__struct_fields__[2:]),
)
SELECT_RUNS = (
    select(*RUN_COLUMNS).join(ACCOUNT, ACCOUNT.c.id == RUN.c.account_id).order_by(RUN.c.id.desc())
)
SELECT_RUNS_OF_ACCOUNT = SELECT_RUNS.where(RUN.c.account_id == bindparam("account_id"))
SELECT_RUN = SELECT_RUNS.where(RUN.c.id == bindparam("run_id"))
LINE_COLUMNS = tuple(RUN_LINE.c[name] for name in RunLine.__struct_fields__)


def get_run(connection: Connection, run_id: int) -> Run:
    """Return a run. Raises NotFound if there is none."""
    given = {"run_id": run_id}
    row = statements.fetch_first(connection, SELECT_RUN, given) if is_storable(run_id) else None
    if row is None:
        raise NotFound("run")
    return run_from_row(row)


def list_runs(connection: Connection, account_id: int | None) -> tuple[Run, ...]:
    """List the runs of one account, or of all accounts, the newest first."""
    if account_id is None:
        rows = statements.fetch_all(connection, SELECT_RUNS, {})
    else:
        rows = statements.fetch_all(connection, SELECT_RUNS_OF_ACCOUNT, {"account_id": account_id})
    return tuple(map(run_from_row, rows))


def run_from_row(row: Sequence[Any]) -> Run:
    values = dict(zip(Run.__struct_fields__, row, strict=True))
    return Run(**values | {"state": RunState(values["state"])})


def list_lines(
    connection: Connection, run_id: int, kind: str | None, after: int, limit: int
) -> tuple[tuple[int, RunLine], ...]:
    """List report lines with their places, those after the place `after`."""
    statement = select(RUN_LINE.c.place, *LINE_COLUMNS).where(
        in_values(RUN_LINE.c.run_id, [run_id]), RUN_LINE.c.place > min(after, MAX_INTEGER)
    )
    if kind is not None:
        statement = statement.where(in_values(RUN_LINE.c.kind, [kind]))
    rows = connection.execute(statement.order_by(RUN_LINE.c.place).limit(min(limit, MAX_INTEGER)))
    return tuple(
        (place, RunLine(**dict(zip(RunLine.__struct_fields__, values, strict=True))))
        for place, *values in rows
    )
