"""Texts of clients on a terminal cannot move its cursor, break a line, or look like others."""

import json
import re
import sys
from pathlib import Path

import pytest

from gateway.terminal import UNSAFE, escape_line, escape_text
from tests.gateway.conftest import Run

HOSTILE = "A\x1b[2J\x9b31m\u202eB\tC\nD\r\u2028[red]"
SHOWN = "A\\u001b[2J\\u009b31m\\u202eB\\tC\\nD\\r\\u2028[red]"
ROOT = Path(__file__).parents[3] / "gateway"


def test_what_a_terminal_obeys_is_shown() -> None:
    assert escape_line(HOSTILE) == SHOWN
    assert escape_text("a\tb\nc\x1b") == "a\tb\nc\\u001b"
    assert escape_line("Zoë 日本 🙂 ü") == "Zoë 日本 🙂 ü"


@pytest.fixture
def imported(run: Run, tmp_path: Path) -> Run:
    """The command line of an account with a client of that name, and one that was refused."""
    run("account", "create", "acme")
    file = tmp_path / "clients.jsonl"
    good = {"id": "VolejRejNm", "name": HOSTILE, "contacts": []}
    bad = {"id": "Wpmbk5ezJn", "name": HOSTILE, "contacts": [], "country_id": "no\x9bne"}
    file.write_text("\n".join(map(json.dumps, (good, bad))))
    run("import", str(file), "--account", "acme", "--dialect", "ninja")
    return run


@pytest.mark.parametrize(
    "words",
    [
        ("runs", "show", "1", "--kind", "lost"),
        ("runs", "show", "1", "--json"),
        ("get", "/api/v1/clients", "--account", "acme"),
        ("export", "--account", "acme", "--dialect", "ninja"),
    ],
    ids=" ".join,
)
def test_no_verb_prints_it(
    imported: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    ended = imported(*words)

    assert "u009b" in ended.out
    assert not UNSAFE.search(ended.out + ended.err)


def test_a_cell_stays_in_its_line(run: Run) -> None:
    run("account", "create", "acme")
    run("token", "create", "--account", "acme", "--dialect", "ninja", "--label", HOSTILE)

    lines = run("token", "list").out.splitlines()

    assert len(lines) == 1
    assert SHOWN in lines[0].split("\t")


def test_a_table_takes_no_markup_from_a_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run("account", "create", "acme")
    run("token", "create", "--account", "acme", "--dialect", "ninja", "--label", "[b]x[/b]")

    assert "[b]x[/b]" in run("token", "list").out


def test_nothing_is_printed_in_another_way() -> None:
    printing = re.compile(r"typer\.echo\(|(?<!\.)\bprint\(|sys\.std(?:out|err)\.write")
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if printing.search(path.read_text())
    }

    assert found == {"terminal.py"}
