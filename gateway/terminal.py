"""What is printed on a terminal: texts of clients may not move its cursor or turn its letters.

A name can hold the commands of a terminal, and marks that let a text look like another one. They
are shown as in JSON: `\\u001b` for an escape.
"""

import re

import typer

CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
"""C0 and C1, without tab and line feed."""
BIDI_MARKS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
LINE_ENDS = "\u2028\u2029"
UNSAFE = re.compile(f"[{CONTROLS}{BIDI_MARKS}{LINE_ENDS}]")
UNSAFE_IN_LINE = re.compile(f"[\t\n{CONTROLS}{BIDI_MARKS}{LINE_ENDS}]")
SHORT_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def say(line: str, *, err: bool = False) -> None:
    """Print one line."""
    typer.echo(escape_line(line), err=err)


def say_text(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text of our own that may have several lines, or columns with tabs between them."""
    typer.echo(escape_text(text), err=err, nl=nl)


def escape_text(text: str) -> str:
    """Return a text that may have several lines, and columns with tabs between them."""
    return UNSAFE.sub(escape, text)


def escape_line(text: str) -> str:
    """Return a text that stays within its line and its cell."""
    return UNSAFE_IN_LINE.sub(escape, text)


def escape(match: re.Match[str]) -> str:
    return SHORT_ESCAPES.get(match[0], f"\\u{ord(match[0]):04x}")
