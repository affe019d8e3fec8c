"""A typed client, generated from the original's answers, can read ours."""

import re
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from tests.recorded.answer_types import AnswerTypes, Line, root_of
from tests.recorded.typed_replay import recorded_types


@pytest.fixture
def types() -> AnswerTypes:
    return recorded_types()


def test_a_typed_client_reads_what_it_was_generated_from(types: AnswerTypes) -> None:
    """Except answers to a new client, in which the original repeats the types that were sent."""
    examples = [line for line in types.examples if root_of(line) != "POST /clients"]

    assert len(examples) > 80
    assert {types.violation(line, answer_to(line)) for line in examples} == {None}


CLIENT, CLIENTS, GROUP, FILE = "c.full.show", "l.000 per_page=3", "g.show", "f.doc"
ARRAY, OBJECT = "Expected `object`, got `array`", "Expected `array`, got `object`"
WRONG = [
    (CLIENT, "data.tax_info", [], ARRAY),
    (CLIENT, "data.settings", [], ARRAY),
    (GROUP, "data.settings", [], ARRAY),
    (CLIENTS, "meta.pagination.links", [], ARRAY),
    (CLIENTS, "data", {}, OBJECT),
    (CLIENT, "data.contacts", {}, OBJECT),
    (CLIENT, "data.documents", {}, OBJECT),
    (CLIENT, "data.is_tax_exempt", "1", "Expected `bool`, got `str`"),
    (CLIENT, "data.is_tax_exempt", 1, "Expected `bool`, got `int`"),
    (CLIENTS, "data.1.contacts.0.is_primary", "1", "Expected `bool`, got `str`"),
    (FILE, "data.is_public", "1", "Expected `bool`, got `str`"),
    (CLIENT, "data.settings.send_reminders", "1", "Expected `bool`, got `str`"),
    (CLIENT, "data.settings.payment_terms", 30, "Expected `str | null`, got `int`"),
    (CLIENT, "data.settings.default_task_rate", "10.5", "Expected `float`, got `str`"),
    (CLIENT, "data.country_id", 276, "Expected `str`, got `int`"),
    (CLIENT, "data.name", None, "Expected `str`, got `null`"),
    (CLIENT, "data.created_at", 1.0, "Expected `int`, got `float`"),
    (CLIENTS, "meta.pagination.per_page", "20", "Expected `int`, got `str`"),
]
RIGHT = [
    (CLIENT, "data.settings.default_task_rate", 10),
    (CLIENT, "data.settings.default_task_rate", 10.5),
    (CLIENT, "data.settings.unheard_of", [5]),
    (CLIENT, "data.settings.pdf_variables", []),
    (CLIENT, "data.settings.pdf_variables", {"client_details": ["$client.name"]}),
]
MISSING = [
    (CLIENT, "data"),
    (CLIENT, "data.number"),
    (CLIENT, "data.gateway_tokens"),
    (CLIENT, "data.contacts.0.send_email"),
    (CLIENTS, "data.1.is_deleted"),
    (CLIENTS, "meta"),
    (CLIENTS, "meta.pagination.total"),
    (GROUP, "data.is_deleted"),
    (FILE, "data.hash"),
]


@pytest.mark.parametrize(("name", "place", "value", "reason"), WRONG)
def test_a_value_of_another_type_is_a_violation(
    types: AnswerTypes, name: str, place: str, value: object, reason: str
) -> None:
    line = example(types, name)

    assert reason_of(types, line, with_value(line, place, value)) == f"{reason} - at `{at(place)}`"


@pytest.mark.parametrize(("name", "place"), MISSING)
def test_a_key_that_all_have_is_missed(types: AnswerTypes, name: str, place: str) -> None:
    line = example(types, name)
    parent, _, key = f"$.{place}".rpartition(".")

    reason = reason_of(types, line, without(line, place))

    assert reason.partition(" - ")[0] == f"Object missing required field `{key}`"
    assert parent == "$" or reason.endswith(f" - at `{at(parent[2:])}`")


@pytest.mark.parametrize(("name", "place", "value"), RIGHT)
def test_a_value_of_a_type_that_was_seen_is_none(
    types: AnswerTypes, name: str, place: str, value: object
) -> None:
    line = example(types, name)

    assert reason_of(types, line, with_value(line, place, value)) == ""


def example(types: AnswerTypes, name: str) -> Line:
    return next(line for line in types.examples if line["name"] == name)


def answer_to(line: Line) -> bytes:
    return msgspec.json.encode(line["answer"]["json"])


def reason_of(types: AnswerTypes, line: Line, answer: Any) -> str:
    violation = types.violation(line, msgspec.json.encode(answer))
    return violation.reason if violation else ""


def with_value(line: Line, place: str, value: object) -> Any:
    """Return the original's answer with another value at a place."""
    answer, parent, key = found(line, place)
    parent[key] = value
    return answer


def without(line: Line, place: str) -> Any:
    """Return the original's answer without one of its keys."""
    answer, parent, key = found(line, place)
    del parent[key]
    return answer


def found(line: Line, place: str) -> tuple[Any, Any, Any]:
    """Return a copy of the original's answer, what holds the place, and its key there."""
    answer = parent = deepcopy(line["answer"]["json"])
    *parents, last = [int(key) if key.isdigit() else key for key in place.split(".")]
    for key in parents:
        parent = parent[key]
    return answer, parent, last


def at(place: str) -> str:
    return re.sub(r"\.([0-9]+)", r"[\1]", f"$.{place}")
