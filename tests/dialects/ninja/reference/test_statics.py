"""The reference tables: whole, in the original's order, and of its types."""

import pytest

from dialects.ninja.reference.statics import statics
from dialects.ninja.reference.tables import (
    COUNTRY_BY_CODE,
    CURRENCY_BY_CODE,
    INDUSTRIES,
    LANGUAGE_BY_LOCALE,
    SIZES,
    TABLES,
)

ROWS = {
    "industries": 33,
    "countries": 249,
    "payment_types": 33,
    "languages": 41,
    "currencies": 123,
    "sizes": 6,
    "datetime_formats": 14,
    "gateways": 0,
    "timezones": 115,
    "date_formats": 14,
    "templates": 9,
    "bulk_updates": 1,
}
SORTED_BY_NAME = ("industries", "countries", "payment_types", "languages", "currencies")
SAMPLES = {
    "industries": {"id": "33", "name": "Restaurant & Catering"},
    "payment_types": {"id": "4", "name": "ACH", "gateway_type_id": 2},
    "languages": {"id": "3", "name": "German", "locale": "de"},
    "currencies": {
        "id": "51",
        "name": "Czech Koruna",
        "symbol": "Kč",
        "precision": 2,
        "thousand_separator": " ",
        "decimal_separator": ",",
        "code": "CZK",
        "swap_currency_symbol": True,
        "exchange_rate": 1,
    },
    "sizes": {"id": "6", "name": "500+"},
    "datetime_formats": {
        "id": "14",
        "format": "d/m/Y g:i a",
        "format_moment": "DD/MM/YYYY h:mm:ss a",
        "format_dart": "dd/MM/yyyy h:mm a",
    },
    "timezones": {
        "id": "115",
        "name": "Asia/Dubai",
        "location": "(GMT+04:00) Dubai",
        "utc_offset": 14400,
    },
    "date_formats": {
        "id": "14",
        "format": "d/m/Y",
        "format_moment": "DD/MM/YYYY",
        "format_dart": "dd/MM/yyyy",
    },
    "countries": {
        "id": "8",
        "capital": "Tirana",
        "citizenship": "Albanian",
        "country_code": "008",
        "currency": "lek",
        "currency_code": "ALL",
        "currency_sub_unit": "(qindar (pl. qindarka))",
        "full_name": "Republic of Albania",
        "iso_3166_2": "AL",
        "iso_3166_3": "ALB",
        "name": "Albania",
        "region_code": "150",
        "sub_region_code": "039",
        "eea": False,
        "swap_postal_code": False,
        "swap_currency_symbol": False,
        "thousand_separator": "",
        "decimal_separator": "",
    },
}


def test_the_tables_have_all_rows_in_the_order_of_the_original(ninja):
    answer = ninja.get("/statics").json()

    assert list(answer) == list(ROWS)
    assert {name: len(table) for name, table in answer.items()} == ROWS


@pytest.mark.parametrize("name", SAMPLES)
def test_a_row_has_the_keys_and_types_of_the_original(ninja, name):
    table = ninja.get("/statics").json()[name]

    [row] = [row for row in table if row["id"] == SAMPLES[name]["id"]]
    assert row == SAMPLES[name]
    assert {tuple(other) for other in table} == {tuple(SAMPLES[name])}


@pytest.mark.parametrize("name", SORTED_BY_NAME)
def test_a_table_of_names_is_sorted_by_them(name):
    names = [row["name"] for row in TABLES[name]]

    assert names == sorted(names)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in SORTED_BY_NAME])
def test_any_other_table_is_sorted_by_number(name):
    numbers = [int(row["id"]) for row in TABLES[name]]

    assert numbers == list(range(1, len(numbers) + 1))


def test_the_tables_name_their_charset_and_no_version_of_the_api(ninja):
    headers = ninja.get("/statics").headers

    assert headers["content-type"] == "application/json; charset=utf-8"
    assert "x-api-version" not in headers


def test_the_tables_inside_an_answer_are_the_same(ninja):
    made = ninja.created(name="Acme")

    answer = ninja.get(f"/clients/{made['id']}?include_static=true")

    assert list(answer.json()) == ["data", "static"]
    assert answer.json()["static"] == ninja.get("/statics").json()
    assert answer.headers["content-type"] == "application/json"


def test_the_tables_are_made_once():
    assert statics() is statics()


def test_what_callers_name_by_a_code_is_in_the_tables():
    assert (COUNTRY_BY_CODE["DE"], COUNTRY_BY_CODE["DEU"]) == (276, 276)
    assert (CURRENCY_BY_CODE["EUR"], len(CURRENCY_BY_CODE)) == (3, 123)
    assert (LANGUAGE_BY_LOCALE["pt_BR"], len(LANGUAGE_BY_LOCALE)) == (5, 41)
    assert (frozenset(range(1, 34)), frozenset(range(1, 7))) == (INDUSTRIES, SIZES)


def test_an_email_template_is_empty_since_no_email_is_sent(ninja):
    templates = ninja.get("/statics").json()["templates"]

    assert set(map(str, templates.values())) == {str({"subject": "", "body": ""})}
