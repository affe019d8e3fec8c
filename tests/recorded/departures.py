"""Why our answer to a recorded request may differ from the original's: docs/ninja.md says it.

Each row of its table of departures ends with patterns, the places where the departure shows. A
pattern has a part about the request, which may be absent, a colon, and a part about the answer:

    PUT|PATCH /clients/* without "settings" : data.settings.*
    data.contacts[].email " " → ""
    GET *balance=lt* : *

`with` and `without` look for a text in the body, as compact JSON. `*` stands for any text. The
two values are JSON; `number`, `flag` and `text` are any value of that type, and `absent` is a key
that is not there.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from tests.support.doc_tables import Page, quoted

from .comparison import Absent, Difference
from .replay import Asked

REQUEST_PATTERN = re.compile(
    r"(?:(?P<methods>[A-Z|]+) )?(?P<path>[*/]\S*)(?P<conditions>(?: with(?:out)? '[^']+')*)"
)
CONDITION_PATTERN = re.compile(r" (with|without) '([^']+)'")
KINDS = {"number": (int, float), "flag": (bool,), "text": (str,)}
NOT_RECORDED = "not recorded"
"""How a row begins to say why no recorded request shows it."""


class Pattern(NamedTuple):
    """Where a departure shows: which requests, and which places and values of their answers."""

    methods: frozenset[str]
    path: str
    conditions: tuple[tuple[str, str], ...]
    place: str
    original: str
    ours: str

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """Parse a pattern of the page. Raises ValueError for any other text."""
        request, colon, answer = text.rpartition(" : ")
        match = REQUEST_PATTERN.fullmatch(request if colon else "*")
        if match is None:
            raise ValueError(text)
        place, _, values = answer.partition(" ")
        original, _, ours = values.partition(" → ")
        return cls(
            frozenset(filter(None, (match["methods"] or "").split("|"))),
            match["path"],
            tuple(CONDITION_PATTERN.findall(match["conditions"])),
            place,
            original or "*",
            ours or "*",
        )

    def explains(self, asked: Asked, difference: Difference) -> bool:
        line = asked.line
        return (
            (not self.methods or line["method"] in self.methods)
            and is_like(line["path"], self.path)
            and all((text in body_text(line)) == (word == "with") for word, text in self.conditions)
            and is_like(difference.place, self.place)
            and is_value(difference.original, self.original)
            and is_value(difference.ours, self.ours)
        )


class Departure(NamedTuple):
    """A row of the page: its letters, and the places where it shows."""

    letters: str
    patterns: tuple[Pattern, ...]


@lru_cache
def departures() -> tuple[Departure, ...]:
    """Return the rows of the page. Those that no recorded request can show have no patterns.

    Raises ValueError for a row that has no pattern and gives no reason for that.
    """
    return tuple(read_row(*row) for row in Page("ninja.md")["Departures at a glance: "])


def read_row(letters: str, original: str, here: str, places: str) -> Departure:
    spans = quoted(places) if not places.startswith(NOT_RECORDED) else []
    if not (spans or places.startswith(NOT_RECORDED)) or not (original and here):
        raise ValueError(letters)
    return Departure(letters, tuple(Pattern.parse(span.replace("\\|", "|")) for span in spans))


def explain(asked: Asked, difference: Difference) -> frozenset[str]:
    """Return the letters of the rows that explain a difference."""
    return frozenset(letters for letters, _ in explaining(asked, difference))


def explaining(asked: Asked, difference: Difference) -> Iterator[tuple[str, Pattern]]:
    """Yield the patterns that explain a difference, each with the letters of its row."""
    for departure in departures():
        for pattern in departure.patterns:
            if pattern.explains(asked, difference):
                yield departure.letters, pattern


@lru_cache
def like(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def is_like(text: str, pattern: str) -> bool:
    return pattern == "*" or like(pattern).fullmatch(text) is not None


def is_value(value: Any, pattern: str) -> bool:
    """Return whether a value is like a pattern, or of the type that the pattern names."""
    if kinds := KINDS.get(pattern):
        return isinstance(value, kinds) and (pattern == "flag" or not isinstance(value, bool))
    return is_like(value_text(value), pattern)


def value_text(value: Any) -> str:
    return "absent" if isinstance(value, Absent) else msgspec.json.encode(value).decode()


def body_text(line: dict[str, Any]) -> str:
    """Return what a request sends, as compact JSON."""
    sent = {key: line[key] for key in ("echo", "json", "form", "multipart", "body") if key in line}
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
