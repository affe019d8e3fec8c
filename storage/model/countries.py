"""The 249 countries of ISO 3166-1, by numeric code."""

from importlib.resources import files

import msgspec


class Country(msgspec.Struct, frozen=True):
    """A country of ISO 3166-1; `id` is its numeric code."""

    id: int
    iso_3166_2: str
    iso_3166_3: str
    name: str


def read_countries() -> dict[int, Country]:
    """Read the countries from the JSON file beside this module."""
    text = files(__package__).joinpath("countries.json").read_bytes()
    return {country.id: country for country in msgspec.json.decode(text, type=list[Country])}


COUNTRIES = read_countries()
