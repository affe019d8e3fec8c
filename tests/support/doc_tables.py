"""Tables of documentation pages, which tests compare with the code."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

DOCS = Path(__file__).parents[2] / "docs"

Row = list[str]


class Page:
    """The tables of a page, each by its section and the name of its first column.

    A row of a table with a column `status` says in its last cell whether it works as in the
    original: `same`, or one of the page's other words with the reason behind it.
    """

    def __init__(self, name: str, *words: str) -> None:
        self.status = re.compile(rf"same$|({'|'.join(words)}): \S")
        self.tables: dict[str, list[Row]] = {}
        self.headers: dict[str, Row] = {}
        for table, header, rows in tables((DOCS / name).read_text()):
            assert table not in self.tables, f"two tables are called {table}"
            assert {len(row) for row in rows} == {len(header)}, f"odd rows in {table}"
            self.tables[table], self.headers[table] = rows, header
        self.stated = [table for table in self.tables if self.headers[table][-1] == "status"]

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def unexplained(self, table: str) -> list[str]:
        """List the cells of the status column that are no status."""
        return [row[-1] for row in self[table] if not self.status.match(row[-1])]

    def served(self, table: str) -> list[str]:
        """List the names in the first column of rows that are served."""
        return [word for row in self[table] if is_served(row) for word in quoted(row[0])]

    def routes(self, table: str) -> set[tuple[str, str]]:
        """Return the served methods and paths of a table. They are in the first two columns."""
        return {
            (method, anonymous(path))
            for row in self[table]
            if is_served(row)
            for path in quoted(row[1])
            for method in quoted(row[0])
        }


def tables(text: str) -> Iterator[tuple[str, Row, list[Row]]]:
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0]
        for table in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE):
            header, _, *rows = [cells(line) for line in table.splitlines()]
            yield f"{title}: {header[0]}", header, rows


def cells(line: str) -> Row:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def is_served(row: Row) -> bool:
    return not row[-1].startswith("not served")


def quoted(cell: str) -> list[str]:
    """Return the words of a cell that are code, also those in two backticks."""
    return [two or one for two, one in re.findall(r"``(.+?)``|`(.+?)`", cell)]


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Yield the methods and paths of an application, through all of its middleware."""
    while not isinstance(app, Starlette):
        app = getattr(app, "app", None) or inspect.getclosurevars(app).nonlocals["app"]
    for route in app.routes:
        assert isinstance(route, Route)
        yield from ((m, anonymous(route.path)) for m in (route.methods or set()) - {"HEAD"})


def anonymous(path: str) -> str:
    return re.sub(r"\{.+?\}", "{}", path)
