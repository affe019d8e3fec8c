"""Tables of runs and of the lines of their reports."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from .column_types import JsonType, core_table, id_column, key_column, moment_column, text_column


class RunRow(SQLModel, table=True):
    """A pull, push or import, with its progress."""

    __tablename__ = "run"

    id: int | None = id_column()
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    verb: str = text_column()
    dialect: str = text_column()
    source: str = text_column()
    state: str = text_column()
    options: str = text_column()
    holder: str = text_column()
    checkpoint: str = text_column()
    counts: dict[str, int] = Field(sa_type=JsonType, nullable=False)
    reason: str = text_column()
    started_at: datetime = moment_column()
    updated_at: datetime = moment_column()
    ended_at: datetime | None = moment_column(nullable=True)


class RunLineRow(SQLModel, table=True):
    """A line of the report of a run; `place` is its number in the run, from 1 on."""

    __tablename__ = "run_line"
    __table_args__ = (ForeignKeyConstraint(["run_id"], ["run.id"]),)

    run_id: int = key_column()
    place: int = key_column()
    kind: str = text_column()
    client: str = text_column()
    field: str = text_column()
    text: str = text_column()


RUN = core_table(RunRow)
RUN_LINE = core_table(RunLineRow)

Index("ix_run_line_kind", RUN_LINE.c.run_id, RUN_LINE.c.kind, RUN_LINE.c.field)
