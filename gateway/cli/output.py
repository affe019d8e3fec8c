"""What commands print: text for a person, or one JSON object for a script."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.terminal import escape_line, say_text


def print_json(value: object, *, compact: bool = True) -> None:
    """Print a value as JSON, on one line if it is compact. Bytes are JSON already."""
    text = value if isinstance(value, bytes) else msgspec.json.encode(value)
    if not compact:
        text = msgspec.json.format(text)
    say_text(text.decode())


def print_answer(fields: Mapping[str, object], words: str, *, as_json: bool) -> None:
    """Print the words, or the fields as one JSON object."""
    if as_json:
        print_json(fields)
    else:
        say_text(words)


def print_rows(name: str, rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows as a table on a terminal, and as tab-separated lines into a pipe."""
    if as_json:
        print_json({name: rows})
    elif not rows:
        say_text(f"No {name} yet.", err=True)
    elif sys.stdout.isatty():
        table = Table(*rows[0], box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(Text(cell_text(value)) for value in row.values()))
        Console().print(table)
    else:
        for row in rows:
            print_cells(*row.values())


def print_cells(*values: object) -> None:
    """Print one line of cells with tabs between them, for a program."""
    say_text("\t".join(map(cell_text, values)))


def cell_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case _:
            return escape_line(str(value))
