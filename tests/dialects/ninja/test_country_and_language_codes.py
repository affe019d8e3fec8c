"""Codes of countries and languages: accepted in any case; an unknown code loses nothing else."""

import pytest

from tests.support.api_callers import Ninja


@pytest.mark.parametrize(("code", "country"), [("de", "276"), ("DEU", "276"), ("esp", "724")])
def test_a_country_code_is_known_in_any_case(ninja: Ninja, code: str, country: str) -> None:
    assert ninja.created(country_code=code)["country_id"] == country


def test_an_unknown_code_leaves_what_is_stored(ninja: Ninja) -> None:
    made = ninja.created(country_code="DE", language_code="de")

    after = ninja.put(made["id"], {"country_code": "XX", "language_code": "xx_XX"})

    assert (after["country_id"], after["settings"]["language_id"]) == ("276", "3")
