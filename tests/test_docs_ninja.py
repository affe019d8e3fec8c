"""docs/ninja.md is true: what it says is served is what the code serves, no more and no less."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from dialects.ninja import DIALECT, listing, wire
from storage import Store
from tests.speakers import Ninja

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/ninja.md").read_text()
SOURCES = {path.name: path.read_text() for path in (ROOT / "dialects/ninja").glob("*.py")}
EVERYWHERE = {"content-type", "content-length"}

Row = list[str]


def tables() -> Iterator[tuple[str, list[Row]]]:
    """Every table of the page, by its section and the name of its first column."""
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0]
        for text in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE):
            header, _, *rows = [cells(line) for line in text.splitlines()]
            yield f"{title}: {header[0]}", rows


def cells(line: str) -> Row:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


TABLES = dict(tables())
STATED = {name: rows for name, rows in TABLES.items() if not name.startswith("Departures")}


def is_served(row: Row) -> bool:
    return not row[-1].startswith("not served")


def quoted(cell: str) -> list[str]:
    """The words of a cell that are code; two backticks around one that holds some."""
    return [two or one for two, one in re.findall(r"``(.+?)``|`(.+?)`", cell)]


def served(table: str) -> list[str]:
    return [word for row in TABLES[table] if is_served(row) for word in quoted(row[0])]


@pytest.mark.parametrize("table", STATED)
def test_every_row_has_a_status_and_a_reason_where_it_needs_one(table: str) -> None:
    told = [row[-1] for row in STATED[table]]

    assert told
    assert [text for text in told if not re.match(r"same$|(departure|not served): \S", text)] == []


def test_the_routes_are_those_of_the_page(store: Store) -> None:
    told = {
        (method, anonymous(quoted(row[1])[0]))
        for row in TABLES["Routes: method"]
        if is_served(row) and quoted(row[1])
        for method in quoted(row[0])
    }

    assert told == set(routes(DIALECT.app(store, DIALECT.options())))


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """The methods and paths of an application, whatever is wrapped around it."""
    while not isinstance(app, Starlette):
        app = getattr(app, "app", None) or inspect.getclosurevars(app).nonlocals["app"]
    for route in app.routes:
        assert isinstance(route, Route)
        yield from ((m, anonymous(route.path)) for m in (route.methods or set()) - {"HEAD"})


def anonymous(path: str) -> str:
    return re.sub(r"\{.+?\}", "{}", path)


def test_a_question_before_a_request_is_answered_as_the_page_says(http: TestClient) -> None:
    [row] = [row for row in TABLES["Routes: method"] if quoted(row[0]) == ["OPTIONS"]]

    answers = [http.options(f"/api/v1{path}") for path in ("/clients", "/nothing")]

    assert {answer.status_code == 200 for answer in answers} == {is_served(row)}


SHAPES = [
    ("A client: field", wire.Client, wire.ClientInput),
    ("A contact: field", wire.Contact, wire.ContactInput),
    ("A document: field", wire.Document, wire.DocumentInput),
    ("A group: field", wire.Group, wire.GroupInput),
]


@pytest.mark.parametrize(("table", "shape", "given"), SHAPES)
def test_the_fields_are_those_of_the_page_in_its_order(table: str, shape: Any, given: Any) -> None:
    fields, writable = shape.__struct_encode_fields__, given.__struct_encode_fields__
    told = {quoted(row[0])[0]: row[2] for row in TABLES[table]}

    assert served(table) == list(told) == list(fields)
    # Documents are taken in a change, and ignored.
    assert [f for f in told if told[f] != "no"] == [
        f for f in fields if f in writable and f != "documents"
    ]


def test_what_is_only_in_requests_is_in_the_page() -> None:
    only = set(wire.ClientInput.__struct_encode_fields__) - set(
        wire.Client.__struct_encode_fields__
    )

    assert set(served("A client: only in requests")) == only


def test_the_parameters_are_those_of_the_page() -> None:
    assert set(served("The list: parameter")) == set(wire.ListParams.__struct_encode_fields__)


@pytest.mark.parametrize("row", TABLES["The list: switch"], ids=lambda row: row[0])
def test_a_switch_changes_the_answer_where_it_is_served(ninja: Ninja, row: Row) -> None:
    [example] = quoted(row[1])

    plain, switched = ninja.get("/clients"), ninja.get(f"/clients?{example}")

    assert switched.status_code == 200
    assert (switched.json() != plain.json()) == is_served(row)


def test_the_relations_are_those_of_the_page() -> None:
    told = [word for row in TABLES["The list: relation"] for word in quoted(row[0])]

    assert sorted(told) == sorted(listing.INCLUDES)


@pytest.mark.parametrize("row", TABLES["Bulk actions: action"], ids=lambda row: row[0])
def test_a_bulk_action_is_known_where_it_is_served(ninja: Ninja, row: Row) -> None:
    body = {"action": quoted(row[0])[0], "ids": [ninja.created()["id"]]}

    errors = ninja.post("/clients/bulk", json=body).json().get("errors", {})

    assert ("action" not in errors) == is_served(row)


def test_the_headers_of_answers_are_those_of_the_page(ninja: Ninja) -> None:
    answer = ninja.post("/clients", json={"nmae": "Acme"})

    told = {name.lower() for name in served("Requests: response header")}
    assert told == set(answer.headers) - EVERYWHERE


def test_the_codes_and_messages_are_those_of_the_page() -> None:
    errors = TABLES["Errors: code"]
    said = re.findall(r'say\((\d{3}), (?:"(.+?)"|[A-Z]+|str)', SOURCES["errors.py"])

    assert {row[0] for row in errors if is_served(row)} == {code for code, _ in said} | {"422"}
    told = {(row[0], quoted(row[1])[0]) for row in errors}
    assert {(code, message) for code, message in said if message} <= told


@pytest.mark.parametrize(
    "row", [row for row in TABLES["Errors: code"] if is_served(row)], ids=lambda row: row[1]
)
def test_a_message_is_in_the_words_of_the_page(row: Row) -> None:
    [message] = quoted(row[1])

    parts = message.split("…")

    assert any(all(part in source for part in parts) for source in SOURCES.values())
