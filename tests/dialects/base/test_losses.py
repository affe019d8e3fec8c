"""Loss report: one line for each value that a dialect cannot express."""

from typing import Any

import pytest
from msgspec import structs

from dialects.base.migration.losses import MAX_LOSS_TEXT
from dialects.ninja.migration.object_codec import CODEC as NINJA
from dialects.ninja.migration.remote_api import REMOTE as NINJA_REMOTE
from dialects.planado.migration.object_codec import CODEC as PLANADO
from tests.support.golden_cases import DEFAULT, record_of

DUMPS = {"ninja": NINJA, "planado": PLANADO}
PLANADO_TEXTS = [
    name
    for name, value in structs.asdict(DEFAULT.record).items()
    if isinstance(value, str) and name not in {"settings", "client_hash"}
]
each_dump = pytest.mark.parametrize("name", DUMPS)
NINJA_TEXTS = ["external_id", "service_text", *PLANADO_TEXTS]


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


@pytest.mark.parametrize("blank", [" ", "\u00a0\t", "\u200b"])
@pytest.mark.parametrize("field", NINJA_TEXTS)
def test_a_text_that_ninja_trims_to_nothing_is_told_once(field: str, blank: str) -> None:
    record = structs.replace(DEFAULT.record, **{field: blank})

    lost = [line.field for line in (*NINJA.losses(record), *NINJA_REMOTE.unsendable_fields(record))]

    assert lost == [field]


@pytest.mark.parametrize("field", ["email", "phone", "first_name", "last_name", "custom_value1"])
def test_a_contacts_text_that_ninja_trims_to_nothing_is_told(field: str) -> None:
    record = record_of({"contacts": [{"first_name": "Ada"}, {"first_name": "Mary", field: " "}]})

    lost = (*NINJA.losses(record), *NINJA_REMOTE.unsendable_fields(record))

    assert lost == ((f"contacts[1].{field}", "only blanks"),)


def test_a_setting_that_ninja_trims_to_nothing_is_told() -> None:
    record = record_of({"settings": '{"name":" ","x":"","translations":{"a":["b","  "]}}'})

    assert [line.field for line in NINJA_REMOTE.unsendable_fields(record)] == [
        "settings.name",
        "settings.translations.a[1]",
    ]


@pytest.mark.parametrize("blank", [" ", "\u00a0\t"])
@pytest.mark.parametrize("field", PLANADO_TEXTS)
def test_a_text_that_planado_shows_as_none_is_told_once(field: str, blank: str) -> None:
    record = structs.replace(DEFAULT.record, **{field: blank})

    lost = [line for line in PLANADO.losses(record) if line.field == field]

    assert lost == [(field, "only blanks")]


@pytest.mark.parametrize("part", ["first_name", "last_name", "middle_name"])
def test_a_blank_part_of_a_persons_name_is_told(part: str) -> None:
    person = {"classification": "individual", "organization_name": "", "first_name": "Ada"}

    assert (part, "only blanks") in PLANADO.losses(record_of(person | {part: " "}))


@pytest.mark.parametrize("address", ["", " "])
def test_planado_tells_of_an_address_that_is_explicitly_none(address: str) -> None:
    losses = PLANADO.losses(record_of({"service_text": address}))

    lost = [line for line in losses if line.field == "service_text"]
    assert lost == [("service_text", "explicitly none")]


def test_a_blank_external_id_is_shown_by_planado() -> None:
    assert "external_id" not in dict(PLANADO.losses(record_of({"external_id": " "})))


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        ({"email": " ", "phone": "1"}, "email"),
        ({"email": "a@example.com", "phone": " "}, "phone"),
        ({"email": " "}, "email"),
        ({"first_name": " "}, "first_name"),
        ({"last_name": " ", "phone": "1"}, "last_name"),
        ({"custom_value1": " "}, "custom_value1"),
    ],
)
def test_a_contacts_text_that_planado_shows_as_none_is_told_once(
    contact: dict[str, Any], field: str
) -> None:
    record = record_of({"contacts": [{"email": "b@example.com"}, contact]})

    lost = [line for line in PLANADO.losses(record) if line.field.startswith("contacts")]

    assert lost == [(f"contacts[1].{field}", "only blanks")]


def test_blanks_around_a_text_are_no_loss() -> None:
    assert NINJA_REMOTE.unsendable_fields(record_of({"address1": " 5 Wall St. "})) == ()


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

    assert len(lost.pop("private_notes")) == MAX_LOSS_TEXT
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
        ({"address1": "5 Wall St.", "shipping_city": " "}, False),
    ],
)
def test_planado_tells_of_a_billing_address_that_another_hides(
    different: dict[str, Any], is_told: bool
) -> None:
    lost = dict(PLANADO.losses(record_of(different)))

    assert ("address1" in lost) is is_told
    assert ("country_id" in lost) is is_told
