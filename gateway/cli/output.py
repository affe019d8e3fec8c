"""What a person or a script reads: plain text for the one, one JSON object for the other."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table


def print_json(value: object, *, compact: bool = True) -> None:
    text = value if isinstance(value, bytes) else msgspec.json.encode(value)
    if not compact:
        text = msgspec.json.format(text)
    typer.echo(text.decode())


def print_answer(told: Mapping[str, object], words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        typer.echo(words)


def print_rows(name: str, rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """A table on a terminal, tab-separated lines into a pipe."""
    if as_json:
        print_json({name: rows})
    elif not rows:
        typer.echo(f"No {name} yet.", err=True)
    elif sys.stdout.isatty():
        table = Table(*rows[0], box=None, pad_edge=False)
        for row in rows:
            table.add_row(*map(cell, row.values()))
        Console().print(table)
    else:
        for row in rows:
            typer.echo("\t".join(map(cell, row.values())))


def cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case _:
            return str(value)


@contextmanager
def progress(words: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing anywhere else; yields what tells it of progress."""
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    hidden = quiet or not console.is_terminal or total <= 0
    with Progress(*columns, console=console, disable=hidden) as bar:
        task = bar.add_task(words, total=total)
        yield lambda made: bar.advance(task, made)
