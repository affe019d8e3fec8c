from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from storage.database.conditions import is_one_of
from storage.model.errors import NotFound
from storage.model.limits import LARGEST
from storage.model.runs import Run, RunLine, RunState, Total
from storage.schema.account_tables import ACCOUNT
from storage.schema.run_tables import RUN, RUN_LINE

COLUMNS = (
    RUN.c.id,
    ACCOUNT.c.name.label("account"),
    *(RUN.c[name] for name in Run.__struct_fields__[2:]),
)
LINE_COLUMNS = tuple(RUN_LINE.c[name] for name in RunLine.__struct_fields__)


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
