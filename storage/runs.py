"""Runs in a transaction: how far they have come, and what they said of each client."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, Select, func, insert, select, update

from .among import is_one_of
from .errors import NotFound
from .limits import LARGEST, refuse_unstorable, tellable
from .makers import Makers
from .provenance import Note, Run, RunLine, RunState, StartRun, Total
from .tables import ACCOUNT, RUN, RUN_LINE

COLUMNS = (
    RUN.c.id,
    ACCOUNT.c.name.label("account"),
    *(RUN.c[name] for name in Run.__struct_fields__[2:]),
)
LINE_COLUMNS = tuple(RUN_LINE.c[name] for name in RunLine.__struct_fields__)
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


def found(connection: Connection, run_id: int) -> Run:
    row = connection.execute(runs().where(is_one_of(RUN.c.id, [run_id]))).first()
    if row is None:
        raise NotFound("run")
    return record(row)


def listed(connection: Connection, account_id: int | None) -> tuple[Run, ...]:
    """All of them, or those of an account, the newest first."""
    statement = runs().order_by(RUN.c.id.desc())
    if account_id is not None:
        statement = statement.where(RUN.c.account_id == account_id)
    return tuple(map(record, connection.execute(statement)))


def runs() -> Select[Any]:
    return select(*COLUMNS).join(ACCOUNT, ACCOUNT.c.id == RUN.c.account_id)


def record(row: Sequence[Any]) -> Run:
    values = dict(zip(Run.__struct_fields__, row, strict=True))
    return Run(**values | {"state": RunState(values["state"])})


def lines(
    connection: Connection, run_id: int, kind: str | None, after: int, limit: int
) -> tuple[tuple[int, RunLine], ...]:
    """Lines with their places, from just behind a place on."""
    statement = select(RUN_LINE.c.place, *LINE_COLUMNS).where(
        is_one_of(RUN_LINE.c.run_id, [run_id]), RUN_LINE.c.place > min(after, LARGEST)
    )
    if kind is not None:
        statement = statement.where(is_one_of(RUN_LINE.c.kind, [kind]))
    rows = connection.execute(statement.order_by(RUN_LINE.c.place).limit(min(limit, LARGEST)))
    return tuple(
        (place, RunLine(**dict(zip(RunLine.__struct_fields__, values, strict=True))))
        for place, *values in rows
    )


def totals(connection: Connection, run_id: int) -> tuple[Total, ...]:
    statement = (
        select(RUN_LINE.c.kind, RUN_LINE.c.field, func.count())
        .where(is_one_of(RUN_LINE.c.run_id, [run_id]))
        .group_by(RUN_LINE.c.kind, RUN_LINE.c.field)
        .order_by(RUN_LINE.c.kind, RUN_LINE.c.field)
    )
    return tuple(Total(*row) for row in connection.execute(statement))
