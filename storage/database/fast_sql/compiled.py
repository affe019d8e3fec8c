"""Statements compiled once for SQLite, and a file of it that answers in the thread that asks: no
transaction is begun there, no lock is waited for, nothing is ever written.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import sqlite

DIALECT: Any = sqlite.dialect(paramstyle="qmark")

Process = Callable[[Any], Any]
Processes = list[tuple[int, Process]]
Row = list[Any]
Rows = list[Sequence[Any]]


class CompiledStatement:
    """A statement, and how its parameters go in and its columns come out. Parameters are given in
    the order of the text. `by` is the index that it is answered from: of one that holds all that
    is asked and one that is unique SQLite takes the latter, and reads a row besides. `names` are
    those of the columns that it writes, and maybe of other parameters."""

    def __init__(self, statement: Any, by: str = "", names: Sequence[str] = ()) -> None:
        compiled = statement.compile(dialect=DIALECT, column_keys=list(names) or None)
        text = str(compiled)
        self.text = text.replace("FROM client ", f"FROM client INDEXED BY {by} ") if by else text
        self._names = tuple(compiled.positiontup or ())
        bound = {name: compiled.binds[name] for name in self._names}
        self._fixed = {n: one.effective_value for n, one in bound.items() if not one.required}
        types = [bound[name].type.dialect_impl(DIALECT) for name in self._names]
        self._bind_processors = type_processors(types, "bind")
        columns = [column.type.dialect_impl(DIALECT) for column in statement.exported_columns]
        self._result_processors = type_processors(columns, "result")

    def bind(self, values: Sequence[Any]) -> Sequence[Any]:
        return (
            apply_processors(list(values), self._bind_processors)
            if self._bind_processors
            else values
        )

    def bind_named(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """As `given`, by the names of the parameters; it brings its own where it has some."""
        whole = {**self._fixed, **values} if self._fixed else values
        return apply_processors([whole[name] for name in self._names], self._bind_processors)

    def convert_rows(self, rows: Rows) -> Rows:
        return (
            [apply_processors(list(row), self._result_processors) for row in rows]
            if self._result_processors
            else rows
        )


def type_processors(types: Sequence[Any], way: str) -> Processes:
    """Those that there are, with their places."""
    made: list[Process | None] = [
        one.bind_processor(DIALECT) if way == "bind" else one.result_processor(DIALECT, None)
        for one in types
    ]
    return [(place, process) for place, process in enumerate(made) if process is not None]


def apply_processors(values: Row, processes: Processes) -> Row:
    for place, process in processes:
        if values[place] is not None:
            values[place] = process(values[place])
    return values
