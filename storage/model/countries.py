"""The countries a client can be in: ISO 3166-1 numeric codes, 249 of them."""

from importlib.resources import files

import msgspec


class Country(msgspec.Struct, frozen=True):
    id: int
    iso_3166_2: str
    iso_3166_3: str
    name: str


def read_countries() -> dict[int, Country]:
    text = files(__package__).joinpath("countries.json").read_bytes()
    return {country.id: country for country in msgspec.json.decode(text, type=list[Country])}


COUNTRIES = read_countries()
