"""Why our answer to a recorded request may differ from the original's.

A departure has the letter of its row in docs/ninja.md. A gap has no row: it is to be mended, and
its entry goes with it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from .comparison import Difference
from .replay import Asked

Explains = Callable[[dict[str, Any], Difference], bool]


class Departure(NamedTuple):
    """A reason for differences: its letter, or `gap`, and which differences it explains."""

    letter: str
    reason: str
    explains: Explains


def has_query(*parts: str) -> Explains:
    return lambda line, _difference: any(part in line["path"] for part in parts)


def is_link(_line: dict[str, Any], difference: Difference) -> bool:
    """A link of ours begins as the original's does, and keeps the query."""
    ours, original = difference.ours, difference.original
    if "pagination.links" not in difference.place or not isinstance(ours, str):
        return False
    return ours.partition("?")[0] == original.partition("?")[0] and original.split("?")[1] in ours


def echoes_documents(line: dict[str, Any], _difference: Difference) -> bool:
    return line["method"] == "PUT" and "echo" in line


DEPARTURES = (
    Departure(
        "a", "a balance is compared by operator:value", has_query("balance=gt", "balance=lt")
    ),
    Departure("b", "is_deleted=true gives the deleted clients", has_query("is_deleted=true")),
    Departure("d", "documents in a body do not swallow the change", echoes_documents),
    Departure("o", "links keep the other parameters of the query", is_link),
    Departure("rg", "an upload moves updated_at", has_query("sort=updated_at")),
    Departure("gap", "equal values are turned round by desc", has_query("|desc")),
)


def explanation(asked: Asked) -> Departure | None:
    """The first departure that explains all differences of an answer; None if there is none."""
    for departure in DEPARTURES:
        if all(departure.explains(asked.line, one) for one in asked.differences):
            return departure
    return None
