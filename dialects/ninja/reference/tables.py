"""The reference tables of this API, and the numbers by which records refer to their rows."""

from importlib.resources import files
from typing import Any

import msgspec

from storage import COUNTRIES

Row = dict[str, Any]


class StoredTable(msgspec.Struct, frozen=True):
    """A table of `statics.json`: the keys once, then the values of each row."""

    keys: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def read_tables() -> dict[str, list[Row]]:
    """Read the tables as the original answers them: all rows in their order, all keys in theirs.

    The file has no names and ISO codes of countries: those are in the list of the store.
    """
    text = files(__package__).joinpath("statics.json").read_bytes()
    stored = msgspec.json.decode(text, type=dict[str, StoredTable])
    tables = {
        name: [dict(zip(table.keys, row, strict=True)) for row in table.rows]
        for name, table in stored.items()
    }
    return tables | {"countries": [country_row(row) for row in tables["countries"]]}


def country_row(row: Row) -> Row:
    """Return a country with its names and its codes from the list of the store."""
    country = COUNTRIES[int(row["id"])]
    return {
        "id": row["id"],
        "capital": row["capital"],
        "citizenship": row["citizenship"],
        "country_code": f"{country.id:03d}",
        "currency": row["currency"],
        "currency_code": row["currency_code"],
        "currency_sub_unit": row["currency_sub_unit"],
        "full_name": row["full_name"],
        "iso_3166_2": country.iso_3166_2,
        "iso_3166_3": country.iso_3166_3,
        "name": country.name,
        "region_code": row["region_code"],
        "sub_region_code": row["sub_region_code"],
        "eea": row["eea"],
        "swap_postal_code": row["swap_postal_code"],
        "swap_currency_symbol": row["swap_currency_symbol"],
        "thousand_separator": row["thousand_separator"],
        "decimal_separator": row["decimal_separator"],
    }


def read_setting_types() -> dict[str, str]:
    """Return the type of each known settings key: the name that a refusal calls it by."""
    text = files(__package__).joinpath("setting_types.json").read_bytes()
    keys_of_types = msgspec.json.decode(text, type=dict[str, list[str]])
    return {key: name for name, keys in keys_of_types.items() for key in keys}


def numbers_by(key: str, table: str) -> dict[str, int]:
    """Return the number of each row of a table by one of its values."""
    return {row[key]: int(row["id"]) for row in TABLES[table]}


TABLES = read_tables()
SETTING_TYPES = read_setting_types()
CURRENCY_BY_CODE = numbers_by("code", "currencies")
LANGUAGE_BY_LOCALE = numbers_by("locale", "languages")
COUNTRY_BY_CODE = numbers_by("iso_3166_2", "countries") | numbers_by("iso_3166_3", "countries")
INDUSTRIES = frozenset(numbers_by("name", "industries").values())
SIZES = frozenset(numbers_by("name", "sizes").values())
CLASSIFICATIONS = (
    "individual",
    "business",
    "company",
    "partnership",
    "trust",
    "charity",
    "government",
    "other",
)
