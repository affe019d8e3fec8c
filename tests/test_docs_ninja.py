"""docs/ninja.md is true: the code serves exactly what the page says."""

import re
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest

from dialects.base.http.idempotency import KEY_RULE
from dialects.ninja import DIALECT
from dialects.ninja.clients import list_query
from dialects.ninja.clients.versions import CLIENT_FIELDS, DOCUMENT_FIELDS
from dialects.ninja.protocol import wire
from dialects.ninja.reference.unserved_routes import UNSERVED_ROOTS
from storage.store import Store
from tests.support.api_callers import Ninja
from tests.support.asgi_client import AsgiClient
from tests.support.doc_tables import Page, Row, is_served, quoted, routes

PAGE = Page("ninja.md", "departure", "not served")
DIALECT_FOLDER = Path(__file__).parent.parent / "dialects/ninja"
SOURCES = {
    str(path.relative_to(DIALECT_FOLDER)): path.read_text() for path in DIALECT_FOLDER.rglob("*.py")
}
EVERYWHERE = {"content-type", "content-length"}


def test_only_the_summary_has_rows_without_a_status() -> None:
    assert set(PAGE.tables) - set(PAGE.stated) == {"Departures at a glance: "}


def test_the_departures_have_a_letter_or_two_each() -> None:
    letters = [row[0] for row in PAGE["Departures at a glance: "]]

    assert letters[:26] == list(ascii_lowercase)
    assert {len(each) for each in letters[26:]} == {2}
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize("table", PAGE.stated)
def test_every_row_has_a_status_and_a_reason_where_it_needs_one(table: str) -> None:
    assert PAGE[table]
    assert PAGE.unexplained(table) == []


def test_the_routes_are_those_of_the_page(store: Store) -> None:
    told = PAGE.routes("Routes: method")

    assert told == set(routes(DIALECT.app(store, DIALECT.options())))


UNSERVED = [row for row in PAGE["Routes: method"] if not is_served(row)]


@pytest.mark.parametrize("row", UNSERVED, ids=lambda row: row[1][:40])
def test_a_route_that_is_not_served_is_answered_as_the_page_says(ninja: Ninja, row: Row) -> None:
    paths = [path.replace("{", "").replace("}", "") for path in quoted(row[1])]

    codes = {ninja.request(m, path).status_code for m in quoted(row[0]) for path in paths}
    assert codes == {501}


def test_the_roots_without_routes_are_those_of_the_page() -> None:
    told = {path.split("/")[1] for row in UNSERVED for path in quoted(row[1])}

    assert told - {"clients", "group_settings"} == UNSERVED_ROOTS


def test_the_fields_of_versions_are_those_of_the_page() -> None:
    told = {(row[1], quoted(row[0])[0], row[2]) for row in PAGE["Versions: field"]}

    tables = {"a client": CLIENT_FIELDS, "a document": DOCUMENT_FIELDS}
    known = {
        (of, name, ".".join(map(str, since)))
        for of, fields in tables.items()
        for name, since in fields.items()
    }
    assert told == known


def test_a_question_before_a_request_is_answered_as_the_page_says(http: AsgiClient) -> None:
    [row] = [row for row in PAGE["Routes: method"] if quoted(row[0]) == ["OPTIONS"]]

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
    told = {quoted(row[0])[0]: row[2] for row in PAGE[table]}

    assert PAGE.served(table) == list(told) == list(fields)
    # Documents are taken in a change, and ignored.
    assert [f for f in told if told[f] != "no"] == [
        f for f in fields if f in writable and f != "documents"
    ]


def test_what_is_only_in_requests_is_in_the_page() -> None:
    only = set(wire.ClientInput.__struct_encode_fields__) - set(
        wire.Client.__struct_encode_fields__
    )

    assert set(PAGE.served("A client: only in requests")) == only


def test_the_parameters_are_those_of_the_page() -> None:
    assert set(PAGE.served("The list: parameter")) == set(wire.ListParams.__struct_encode_fields__)


@pytest.mark.parametrize("row", PAGE["The list: switch"], ids=lambda row: row[0])
def test_a_switch_changes_the_answer_where_it_is_served(ninja: Ninja, row: Row) -> None:
    [example] = quoted(row[1])

    plain, switched = ninja.get("/clients"), ninja.get(f"/clients?{example}")

    assert switched.status_code == 200
    assert (switched.json() != plain.json()) == is_served(row)


def test_the_relations_are_those_of_the_page() -> None:
    told = [word for row in PAGE["The list: relation"] for word in quoted(row[0])]

    assert sorted(told) == sorted(list_query.INCLUDES)


@pytest.mark.parametrize("row", PAGE["Bulk actions: action"], ids=lambda row: row[0])
def test_a_bulk_action_is_known_where_it_is_served(ninja: Ninja, row: Row) -> None:
    body = {"action": quoted(row[0])[0], "ids": [ninja.created()["id"]]}

    answer = ninja.post("/clients/bulk", json=body)

    assert (answer.status_code != 501) == is_served(row)
    assert "action" not in answer.json().get("errors", {})


def test_the_headers_of_answers_are_those_of_the_page(ninja: Ninja) -> None:
    key = {"Idempotency-Key": "k"}
    _, answer = (ninja.post("/clients", json={"nmae": "Acme"}, headers=key) for _ in range(2))

    told = {name.lower() for name in PAGE.served("Requests: response header")}
    assert told == set(answer.headers) - EVERYWHERE


def test_the_codes_and_messages_are_those_of_the_page() -> None:
    errors = PAGE["Errors: code"]
    said = re.findall(r'error_response\((\d{3}), (?:"(.+?)"|[A-Z]+|str)', SOURCES["http/errors.py"])

    assert {row[0] for row in errors if is_served(row)} == {code for code, _ in said} | {"422"}
    told = {(row[0], quoted(row[1])[0]) for row in errors}
    assert {(code, message) for code, message in said if message} <= told


@pytest.mark.parametrize(
    "row", [row for row in PAGE["Errors: code"] if is_served(row)], ids=lambda row: row[1]
)
def test_a_message_is_in_the_words_of_the_page(row: Row) -> None:
    [message] = quoted(row[1])

    parts = message.split("…")

    assert any(all(part in source for part in parts) for source in [*SOURCES.values(), KEY_RULE])
