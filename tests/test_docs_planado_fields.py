"""The fields of docs/planado.md: those of the wire shapes, accepted as the page says."""

from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from msgspec import Struct

from dialects.planado.protocol import wire
from tests.support.api_callers import Planado
from tests.support.doc_tables import Row, quoted
from tests.support.planado_doc import ACME, JOHN, PAGE

PARTS = ("first_name", "last_name", "middle_name")
KINDS = {"organizations": wire.Organization, "individuals": wire.Individual}
ANSWERED = {
    "A client: address: field": wire.Address,
    "A client: geolocation: field": wire.Geolocation,
    "A client: contact: field": wire.Contact,
    "The list: deleted: field": wire.Tombstone,
}
SENT = {
    "What a caller sends: sent: field": wire.ClientInput,
    "What a caller sends: sent in an address: field": wire.AddressInput,
    "What a caller sends: sent in a geolocation: field": wire.GeolocationInput,
    "What a caller sends: sent in a contact: field": wire.ContactInput,
}
WORDS = {UUID: "uuid", str: "text", bool: "flag", int: "number", float: "number"}


def described(shape: type[Struct]) -> list[tuple[str, str, str]]:
    """Return the name, type and nullability of each field, in the page's words."""
    return [
        (name, *in_words(name, annotation)) for name, annotation in get_type_hints(shape).items()
    ]


def in_words(name: str, annotation: Any) -> tuple[str, str]:
    choices = get_args(annotation) if NoneType in get_args(annotation) else (annotation,)
    word = WORDS.get(choices[0], "list" if get_args(choices[0]) else "object")
    return "time" if name.endswith("_at") else word, "yes" if NoneType in choices else "no"


def told_fields(table: str, *which: str) -> list[tuple[str, str, str]]:
    rows = [row for row in PAGE[table] if not which or row[3] in which]
    return [(quoted(row[0])[0], row[1], row[2]) for row in rows]


@pytest.mark.parametrize("table", ANSWERED)
def test_the_fields_are_those_of_the_page_in_its_order(table: str) -> None:
    assert told_fields(table) == described(ANSWERED[table])


@pytest.mark.parametrize(("which", "shape"), KINDS.items())
def test_the_fields_of_a_kind_are_those_of_the_page(which: str, shape: type[Struct]) -> None:
    assert {row[3] for row in PAGE["A client: field"]} == {"all", *KINDS}
    assert told_fields("A client: field", "all", which) == described(shape)


@pytest.mark.parametrize("table", SENT)
def test_what_a_caller_may_send_is_in_the_page(table: str) -> None:
    assert PAGE.served(table) == list(SENT[table].__struct_encode_fields__)


@pytest.mark.parametrize("name", PAGE.served("What a caller sends: sent: field"))
def test_null_is_taken_where_the_page_says_so(planado: Planado, name: str) -> None:
    [row] = [r for r in PAGE["What a caller sends: sent: field"] if quoted(r[0]) == [name]]
    body = JOHN if name in PARTS else ACME
    uuid = planado.created(**body)

    posted = planado.post("/clients", json=body | {"external_id": "new", name: None})
    patched = planado.patch(uuid, {name: None})

    assert (posted.status_code, patched.status_code) == (
        201 if row[2] == "yes" else 422,
        200 if row[3] == "yes" else 422,
    )


@pytest.mark.parametrize("body", [ACME, JOHN], ids=["organization", "individual"])
def test_what_a_new_client_needs_is_in_the_page(planado: Planado, body: dict[str, Any]) -> None:
    body = body | {"external_id": None}
    kinds = {"client", "organization" if body["organization"] else "individual"}
    rows = PAGE["What a caller sends: sent: field"]
    needed = {quoted(row[0])[0] for row in rows if row[1] in kinds}

    answers = {
        name: planado.post("/clients", json={k: v for k, v in body.items() if k != name}).json()
        for name in body.keys() - {"external_id"}
    }

    missing = {name: told["errors"] for name, told in answers.items() if "errors" in told}
    assert missing == {name: {name: ["is missing"]} for name in needed}


def nested(table: str, name: str, value: Any) -> dict[str, Any]:
    """Return a body with the value at the field of an input table."""
    match table:
        case "What a caller sends: sent in an address: field":
            return {"site_address": {name: value}}
        case "What a caller sends: sent in a geolocation: field":
            return {"site_address": {"geolocation": {"longitude": 0, "latitude": 0, name: value}}}
        case "What a caller sends: sent in a contact: field":
            return {"contacts": [{"value": "1", "type": "phone", name: value}]}
        case _:
            return {name: value}


BOUNDED = [
    (table, quoted(row[0])[0], int(row[column]))
    for table in SENT
    if "longest" in PAGE.headers[table]
    for column in [PAGE.headers[table].index("longest")]
    for row in PAGE[table]
    if row[column]
]


@pytest.mark.parametrize(("table", "name", "longest"), BOUNDED)
def test_the_longest_value_is_taken_and_no_longer_one(
    planado: Planado, table: str, name: str, longest: int
) -> None:
    body = {k: v for k, v in (JOHN if name in PARTS else ACME).items() if k != "external_id"}

    def sent(size: int) -> int:
        value = ACME["contacts"] * size if name == "contacts" else "x" * size
        return planado.post("/clients", json=body | nested(table, name, value)).status_code

    assert (sent(longest), sent(longest + 1)) == (201, 422)


def test_every_text_that_is_sent_is_bounded() -> None:
    bounded = {(table, name) for table, name, _ in BOUNDED}
    texts = {
        (table, name)
        for table, shape in SENT.items()
        for name, annotation in get_type_hints(shape).items()
        if str in (annotation, *get_args(annotation))
    }

    unbounded = {name for _, name in texts - bounded}
    assert unbounded == {"longitude", "latitude", "type"}


@pytest.mark.parametrize(
    "row", PAGE["What a caller sends: sent in a geolocation: field"], ids=lambda row: row[0]
)
def test_a_coordinate_is_taken_within_its_bounds(planado: Planado, row: Row) -> None:
    def sent(value: float) -> int:
        body = nested("What a caller sends: sent in a geolocation: field", *quoted(row[0]), value)
        return planado.post("/clients", json=JOHN | body | {"external_id": None}).status_code

    least, most = int(row[1]), int(row[2])
    assert [sent(v) for v in (least - 0.1, least, most, most + 0.1)] == [422, 201, 201, 422]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("What a caller sends: sent in an address: field", "null"),
        ("What a caller sends: sent in a contact: field", "null"),
        ("What a caller sends: sent in a contact: field", "needed"),
    ],
)
def test_what_may_be_null_or_missing_inside_is_in_the_page(
    planado: Planado, table: str, column: str
) -> None:
    index = PAGE.headers[table].index(column)
    taken = "yes" if column == "null" else "no"

    for row in PAGE[table]:
        [name] = quoted(row[0])
        body = nested(table, name, None)
        if column == "needed":
            del body["contacts"][0][name]
        status = planado.post("/clients", json=JOHN | {"external_id": None} | body).status_code

        assert (status == 201) == (row[index] == taken), name


@pytest.mark.parametrize("row", PAGE["What a caller sends: ignored key"], ids=lambda row: row[0])
def test_an_ignored_key_is_ignored_and_named(planado: Planado, row: Row) -> None:
    before = planado.shown(planado.created(**JOHN))

    answer = planado.patch("john", dict.fromkeys(quoted(row[0]), "x"))

    assert answer.headers["X-Gateway-Ignored-Fields"] == quoted(row[0])[0]
    assert planado.shown("john") == before


def test_what_is_answered_and_not_taken_is_among_the_ignored_keys() -> None:
    shown = {name for shape in KINDS.values() for name in shape.__struct_encode_fields__}
    told = {quoted(row[0])[0] for row in PAGE["What a caller sends: ignored key"]}

    others = {"address", "custom_fields"}
    assert told == shown - set(wire.ClientInput.__struct_encode_fields__) | others
