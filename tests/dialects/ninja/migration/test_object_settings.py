"""Settings in objects of other servers: each key in its own type, and nothing is lost for it."""

from typing import Any

import msgspec
import pytest

from dialects.ninja.migration.object_codec import CODEC
from storage.model.records import Client
from tests.dialects.ninja.migration.foreign_objects import a_record, an_object, parsed_object
from tests.support.api_callers import Ninja
from tests.support.in_memory_import import ACCOUNT, born, changed
from tests.support.view_differences import differing_fields

TYPED = [
    ("currency_id", 3, "3"),
    ("currency_id", " 3 ", "3"),
    ("language_id", "-1", "-1"),
    ("payment_terms", 30, "30"),
    ("valid_until", 0, "0"),
    ("military_time", "1", True),
    ("military_time", 1, True),
    ("military_time", "on", True),
    ("military_time", "TRUE", True),
    ("military_time", "0", False),
    ("military_time", 0, False),
    ("military_time", "off", False),
    ("client_number_counter", "7", 7),
    ("counter_padding", "6", 6),
    ("default_task_rate", "10.50", 10.5),
    ("default_task_rate", "10", 10),
    ("default_task_rate", 10.0, 10),
    ("invoice_design_id", "VolejRejNm", "VolejRejNm"),
    ("name", " pad ", " pad "),
    ("pdf_variables", {"a": ["b"]}, {"a": ["b"]}),
    ("x_unknown", 1, 1),
    ("x_unknown_id", "abc", "abc"),
]
"""Known keys in other notations and unknown ones, with what is stored."""
REFUSED = [
    ("payment_terms", "soon", '"soon" is not a valid integer, and is kept as it came'),
    ("payment_terms", 1.5, "1.5 is not a valid integer, and is kept as it came"),
    ("currency_id", True, "true is not a valid integer, and is kept as it came"),
    ("military_time", "maybe", '"maybe" is not a valid bool, and is kept as it came'),
    ("num_days_reminder1", "x", '"x" is not a valid int, and is kept as it came'),
    ("name", 5, "5 is not a valid string, and is kept as it came"),
    ("name", ["a"], '["a"] is not a valid string, and is kept as it came'),
]
"""Values that a request would be refused for, with what is reported."""
EMPTY = [None, "", "  "]


def settings_of(record: Client) -> dict[str, Any]:
    return msgspec.json.decode(record.settings)


@pytest.mark.parametrize(("key", "value", "stored"), TYPED)
def test_a_setting_is_stored_in_the_type_of_its_key(key: str, value: Any, stored: Any) -> None:
    parsed = parsed_object(settings={key: value, "x": "A"})

    assert as_json(settings_of(born(parsed.command))) == as_json({key: stored, "x": "A"})
    assert parsed.losses == ()


def as_json(value: Any) -> str:
    """Return the JSON of a value: for Python, `1`, `1.0` and `True` are equal."""
    return msgspec.json.encode(value).decode()


@pytest.mark.parametrize(("key", "value", "text"), REFUSED)
def test_a_value_that_a_request_would_be_refused_for_is_kept_and_told(
    key: str, value: Any, text: str
) -> None:
    parsed = parsed_object(name="Acme", settings={key: value, "language_id": 3})

    record = born(parsed.command)

    assert (record.name, settings_of(record)) == ("Acme", {key: value, "language_id": "3"})
    assert parsed.losses == ((f"settings.{key}", text),)


def test_a_rate_that_is_no_number_is_read_as_by_the_original_and_told() -> None:
    parsed = parsed_object(settings={"tax_rate1": "1,5", "tax_rate2": "a"})

    assert settings_of(born(parsed.command)) == {"tax_rate1": 1, "tax_rate2": 0}
    assert parsed.losses == (
        ("settings.tax_rate1", '"1,5" is read as 1'),
        ("settings.tax_rate2", '"a" is read as 0'),
    )


@pytest.mark.parametrize("value", EMPTY)
def test_an_empty_setting_has_no_type_and_stays_empty(value: Any) -> None:
    parsed = parsed_object(settings={"payment_terms": value})

    assert settings_of(born(parsed.command)) == {"payment_terms": value}
    assert parsed.losses == ()


@pytest.mark.parametrize(("key", "value", "stored"), TYPED)
def test_what_an_import_stores_is_what_a_request_stores(
    ninja: Ninja, key: str, value: Any, stored: Any
) -> None:
    shown = ninja.created(settings={key: value})["settings"]

    imported = settings_of(born(parsed_object(settings={key: value}).command))
    trimmed = imported[key].strip() if key == "name" else imported[key]
    assert as_json(shown[key]) == as_json(trimmed)


@pytest.mark.parametrize(("key", "value", "_text"), REFUSED)
def test_what_an_import_keeps_as_it_came_is_what_a_request_is_refused_for(
    ninja: Ninja, key: str, value: Any, _text: str
) -> None:
    assert ninja.post("/clients", json={"settings": {key: value}}).status_code == 422


def test_the_settings_of_a_group_have_the_types_of_their_keys_too() -> None:
    settings = {"payment_terms": 14, "military_time": "maybe"}
    group = {"id": "Wpmbk5ezJn", "name": "Gold", "settings": settings}

    parsed = parsed_object(group_settings=group)

    [imported] = parsed.groups
    assert msgspec.json.decode(imported.settings) == settings | {"payment_terms": "14"}
    assert [loss.field for loss in parsed.losses] == ["group_settings.settings.military_time"]


# Compared


SAME = [
    ({"payment_terms": 30}, {"payment_terms": "30"}),
    ({"payment_terms": "30", "industry_id": None}, {"payment_terms": "30"}),
    ({"payment_terms": "30", "size_id": ""}, {"payment_terms": "30", "size_id": None}),
    ({"entity": "App\\Models\\Client"}, {}),
    ({"currency_id": "0"}, {}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
]
"""Settings that mean the same."""
OTHER = [
    ({"payment_terms": "30"}, {"payment_terms": "31"}),
    ({"payment_terms": "30"}, {}),
    ({"military_time": False}, {}),
    ({"currency_id": "3"}, {}),
    ({"currency_id": "1"}, {}),
    ({"currency_id": "1"}, {"currency_id": "0"}),
]
"""Settings that mean something else. No currency is none, and not that of the account."""


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("pair", SAME)
def test_settings_that_mean_the_same_are_no_difference_and_no_change(
    pair: tuple[dict[str, Any], dict[str, Any]], turn: int
) -> None:
    there, here = pair[::turn]
    record = a_record(settings=as_json(here))
    raw = msgspec.json.encode(an_object(record) | {"settings": there})

    assert differing_fields(CODEC, raw, record, ACCOUNT) == set()
    assert changed(record, CODEC.read_object(raw, ACCOUNT)) is record


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("pair", OTHER)
def test_settings_that_mean_something_else_are_a_difference_and_a_change(
    pair: tuple[dict[str, Any], dict[str, Any]], turn: int
) -> None:
    there, here = pair[::turn]
    record = a_record(settings=as_json(here))
    raw = msgspec.json.encode(an_object(record) | {"settings": there})

    [name] = differing_fields(CODEC, raw, record, ACCOUNT)

    assert name.startswith("settings.")
    assert settings_of(changed(record, CODEC.read_object(raw, ACCOUNT))) == there
