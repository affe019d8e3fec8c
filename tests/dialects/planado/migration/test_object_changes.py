"""Objects of Planado applied to existing clients: which fields change and which differ."""

from typing import Any

import msgspec
import pytest
from msgspec import UNSET, structs

from dialects.planado.migration.object_codec import CODEC
from tests.dialects.planado.migration.foreign_objects import (
    ID,
    ORGANIZATION,
    PERSON,
    a_record,
    an_object,
    parsed_object,
)
from tests.support.in_memory_import import ACCOUNT, born, changed
from tests.support.view_differences import differing_fields


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organization_name", "Other"),
        ("external_id", None),
        ("external_id", "other"),
        ("site_address", None),
        ("contacts", []),
        ("contacts", [{"name": None, "value": "1", "type": "phone"}]),
    ],
)
def test_one_field_that_differs_changes_that_field_alone(field: str, value: Any) -> None:
    record = a_record()
    shown = an_object(record)

    after = changed(record, parsed_object(**shown | {field: value}))

    now = an_object(after)
    derived = {"name"} if field == "organization_name" else set()
    assert now[field] == value
    assert {k for k in shown if shown[k] != now[k]} == {field, "version", "updated_at"} | derived


def test_what_is_not_told_is_no_change() -> None:
    record = a_record()

    assert changed(record, parsed_object()) is record
    assert parsed_object().change_command(record) == parsed_object(version=None).change_command(
        record
    )
    assert parsed_object(version=9).change_command(record).version == 9


def test_another_kind_there_is_another_kind_here() -> None:
    record = a_record()

    after = changed(record, CODEC.read_object(PERSON, ACCOUNT))
    again = changed(after, CODEC.read_object(ORGANIZATION, ACCOUNT))

    assert an_object(after)["first_name"] == "John"
    assert (again.name, again.classification, again.first_name) == ("ACME Corporation", "", "")


def test_a_word_of_another_dialects_stays_with_the_same_kind() -> None:
    record = structs.replace(a_record(), classification="trust")

    parsed = parsed_object(organization=True, organization_name="Other")

    assert changed(record, parsed).classification == "trust"


def test_what_is_derived_is_not_frozen_by_an_object() -> None:
    record = structs.replace(
        a_record(), organization_name="", service_text=None, address1="5 Wall St."
    )

    parsed = CODEC.read_object(CODEC.write_object(record, ACCOUNT), ACCOUNT)

    assert parsed.change_command(record).first_name is UNSET
    assert parsed.change_command(record).service_text is UNSET


def test_differences_are_named_by_their_fields() -> None:
    record = a_record()
    shown = an_object(record) | {"organization_name": "Other", "external_id": None}
    shown["site_address"] |= {"floor": "9", "geolocation": None}
    shown["contacts"] = [shown["contacts"][0] | {"value": "1"}, shown["contacts"][0]]

    named = differing_fields(CODEC, msgspec.json.encode(shown), record, ACCOUNT)

    assert named == {
        "organization_name",
        "external_id",
        "site_address.floor",
        "site_address.geolocation",
        "contacts",
    }


def test_another_order_of_the_same_lines_is_a_difference() -> None:
    lines = [("Ada", "1"), ("Bo", "2"), ("Ada", "3")]
    contacts = [{"name": name, "value": value, "type": "phone"} for name, value in lines]
    record = born(parsed_object(organization_name="Acme", contacts=contacts).command)
    turned = an_object(record) | {"contacts": [contacts[n] for n in (0, 2, 1)]}

    named = differing_fields(CODEC, msgspec.json.encode(turned), record, ACCOUNT)

    assert named == {"contacts"}
    assert an_object(changed(record, parsed_object(**turned)))["contacts"] == turned["contacts"]


def test_what_a_server_gives_by_itself_is_no_difference() -> None:
    record = a_record()
    shown = an_object(record) | {
        "uuid": ID,
        "name": "derived",
        "version": 99,
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
    }

    assert differing_fields(CODEC, msgspec.json.encode(shown), record, ACCOUNT) == set()
