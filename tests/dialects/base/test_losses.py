"""Loss report: what each dialect has no words for, line by line."""

from typing import Any

import pytest

from dialects.base.migration.losses import LONGEST_TEXT
from dialects.ninja.migration.object_codec import DUMP as NINJA
from dialects.planado.migration.object_codec import DUMP as PLANADO
from tests.support.golden_cases import DEFAULT, record_of

DUMPS = {"ninja": NINJA, "planado": PLANADO}
each_dump = pytest.mark.parametrize("name", DUMPS)


@each_dump
def test_a_client_of_whom_nothing_is_said_loses_nothing_of_its_own(name: str) -> None:
    lost = {line.field for line in DUMPS[name].losses(DEFAULT.record)}

    assert lost == {"ninja": set(), "planado": {"number", "country_id"}}[name]


def test_ninja_has_no_words_for_planados_details() -> None:
    record = record_of(
        {
            "external_id": "crm-7",
            "service_text": "Girona",
            "entrance_no": "1",
            "floor": "2",
            "apartment": "3",
            "description": "ring twice\nor knock",
            "longitude": 0.0,
            "latitude": -3.5,
            "extras": {"ninja": "{}", "third": '{"a":"b","c":""}'},
        }
    )

    assert NINJA.losses(record) == (
        ("external_id", "crm-7"),
        ("entrance_no", "1"),
        ("floor", "2"),
        ("apartment", "3"),
        ("description", "ring twice or knock"),
        ("longitude", "0.0"),
        ("latitude", "-3.5"),
        ("extras.third.a", "b"),
    )


def test_ninja_tells_of_parts_that_its_one_name_would_not_fall_into() -> None:
    person = {"classification": "individual", "organization_name": "", "first_name": "Ada"}

    alike = record_of(person | {"last_name": "King", "middle_name": "of Lovelace"})
    other = record_of(person | {"middle_name": "Augusta"})

    assert NINJA.losses(alike) == ()
    assert NINJA.losses(other) == (("first_name", "Ada"), ("middle_name", "Augusta"))


def test_an_address_that_is_explicitly_none_is_told() -> None:
    assert NINJA.losses(record_of({"service_text": ""})) == (("service_text", "explicitly none"),)


@each_dump
def test_a_name_of_the_other_kind_is_told(name: str) -> None:
    record = record_of({"classification": "individual", "first_name": "Ada"})

    assert ("organization_name", "Acme") in DUMPS[name].losses(record)


def test_planado_has_no_words_for_ninjas_own() -> None:
    record = record_of(
        {
            "balance": "10.50",
            "is_tax_exempt": True,
            "group_serial": 5,
            "last_login": "2024-02-01T08:00:00Z",
            "settings": '{"entity":"x","currency_id":"3","industry_id":"","valid_until":30}',
            "extras": {"ninja": '{"tax_info":{},"gateway_tokens":[{"a":1}]}'},
            "documents": [{}, {"name": "b.pdf"}],
            "private_notes": "n" * 500,
        }
    )

    lost = dict(PLANADO.losses(record))

    assert len(lost.pop("private_notes")) == LONGEST_TEXT
    assert lost == {
        "number": "0001",
        "balance": "10.5",
        "is_tax_exempt": "yes",
        "group_serial": "5",
        "last_login": "2024-02-01T08:00:00Z",
        "country_id": "840",
        "settings.currency_id": "3",
        "settings.valid_until": "30",
        "extras.ninja.gateway_tokens": '[{"a":1}]',
        "documents[0]": "contract.pdf",
        "documents[1]": "b.pdf",
    }


def test_planado_tells_of_people_what_its_list_cannot() -> None:
    record = record_of(
        {
            "contacts": [
                {"first_name": "Ada", "last_name": "King", "is_locked": True},
                {"first_name": "Mary Ann", "phone": "1", "phone_rank": 1, "send_email": False},
                {"custom_value1": "gold", "password_hash": "hash"},
            ]
        }
    )

    losses = [line for line in PLANADO.losses(record) if line.field.startswith("contacts")]

    assert losses == [
        ("contacts[0]", "Ada King"),
        ("contacts[0].is_locked", "yes"),
        ("contacts[1].first_name", "Mary Ann"),
        ("contacts[1].send_email", "no"),
        ("contacts[2].custom_value1", "gold"),
        ("contacts[2].password", "set"),
        ("contacts[0].is_primary", "yes"),
    ]


@pytest.mark.parametrize(
    ("different", "is_told"),
    [
        ({"address1": "5 Wall St."}, False),
        ({"address1": "5 Wall St.", "shipping_city": "Girona"}, True),
        ({"address1": "5 Wall St.", "service_text": ""}, True),
    ],
)
def test_planado_tells_of_a_billing_address_that_another_hides(
    different: dict[str, Any], is_told: bool
) -> None:
    lost = dict(PLANADO.losses(record_of(different)))

    assert ("address1" in lost) is is_told
    assert ("country_id" in lost) is is_told
