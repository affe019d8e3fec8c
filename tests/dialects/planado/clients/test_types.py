"""Values of a wrong type: all are reported at once, each at its path, in the words of
docs/planado.md."""

from typing import Any

import pytest
from msgspec import structs

from dialects.planado.protocol import wire
from tests.dialects.planado.answer_checks import errors_in
from tests.support.api_callers import Planado
from tests.support.doc_tables import quoted
from tests.support.planado_doc import PAGE

WRONG = ["x", 5, 0.5, True, None, [], {}, [5], ["x"], [{}]]
TOLD = {quoted(row[0])[0] for row in PAGE["Errors: sentence in `errors`"]}


def leaves(tree: Any) -> list[str]:
    match tree:
        case dict():
            return [text for child in tree.values() for text in leaves(child)]
        case list():
            return [text for child in tree for text in leaves(child)]
        case _:
            return [tree]


def bodies(value: Any) -> list[dict[str, Any]]:
    """Return one body for each field that is read, with the value in this field."""
    places = [{name: value} for name in wire.ClientInput.__struct_encode_fields__]
    inside = [{f.name: value} for f in structs.fields(wire.AddressInput)]
    inside += [{"geolocation": {f.name: value}} for f in structs.fields(wire.GeolocationInput)]
    entry = {"value": "1", "type": "phone"}
    return (
        places
        + [{"site_address": address} for address in inside]
        + [{"contacts": [entry | {f.name: value}]} for f in structs.fields(wire.ContactInput)]
    )


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_every_refusal_of_a_type_is_in_the_words_of_the_page(planado: Planado, value: Any) -> None:
    uuid = planado.created(organization=True, organization_name="ACME")

    answers = [planado.patch(uuid, body) for body in bodies(value)]

    assert {answer.status_code for answer in answers} <= {200, 422}
    refusals = [answer.json()["errors"] for answer in answers if answer.status_code == 422]
    assert {text for errors in refusals for text in leaves(errors)} <= TOLD


@pytest.mark.parametrize("given", [[], {}, True])
def test_a_floor_is_a_text_or_a_number(planado: Planado, given: Any) -> None:
    body = {"organization": True, "organization_name": "A", "site_address": {"floor": given}}

    errors = errors_in(planado.post("/clients", json=body))

    assert errors == {"site_address": {"floor": ["must be a string or a number"]}}


def test_all_that_is_wrong_is_named_together_however_deep_it_stands(planado: Planado) -> None:
    place = {"longitude": [], "latitude": True}
    body = {
        "organization": "yes",
        "external_id": 5,
        "site_address": {"formatted": 1, "floor": {}, "geolocation": place},
        "contacts": [{"value": 1}, 5, {"type": "phone", "name": 2}],
    }

    assert errors_in(planado.post("/clients", json=body)) == {
        "organization": ["must be boolean"],
        "external_id": ["must be a string"],
        "site_address": {
            "formatted": ["must be a string"],
            "floor": ["must be a string or a number"],
            "geolocation": {
                "longitude": ["must be a number"],
                "latitude": ["must be a number"],
            },
        },
        "contacts": {
            "0": {"value": ["must be a string"], "type": ["is missing"]},
            "1": ["must be an object"],
            "2": {"name": ["must be a string"], "value": ["is missing"]},
        },
    }


def test_what_is_wrong_a_thousand_times_is_named_a_hundred_times(planado: Planado) -> None:
    body = {"organization": False, "last_name": "Lee", "contacts": [5] * 1000}

    errors = errors_in(planado.post("/clients", json=body))

    assert list(errors["contacts"]) == [str(n) for n in range(100)]
