"""Numbers in settings: as PHP reads and prints them."""

import re
from typing import Any

import pytest

from dialects.ninja.clients.setting_types import is_form_text
from tests.support.api_callers import Ninja

SHOWN: list[tuple[Any, str]] = [
    (0.00001, "0.00001"),
    ("1.0E-5", "0.00001"),
    ("1e3", "1000"),
    ("1e3x", "1000"),
    ("1e", "1"),
    (1234567890123456.0, "1234567890123456"),
    ("1.0E+20", "1e20"),
    (10.0, "10"),
]


@pytest.mark.parametrize(("sent", "shown"), SHOWN)
def test_a_rate_is_read_with_its_exponent(ninja: Ninja, sent: object, shown: str) -> None:
    client = ninja.created(settings={"default_task_rate": sent})

    text = ninja.get(f"/clients/{client['id']}").text

    assert re.findall('"default_task_rate":([^,}]+)', text) == [shown]
    assert ninja.put(client["id"], client) == client


FORM_TEXTS: list[tuple[Any, Any, bool]] = [
    ("1", True, True),
    ("0", False, True),
    ("0", True, False),
    ("5", 5, True),
    ("-0.5", -0.5, True),
    ("1.0E-7", 1e-7, True),
    ("1.0E+20", 1e20, True),
    ("6", 5, False),
    ("", 0, False),
    ("nan", 0, False),
    (5, 5, False),
    (None, 0, False),
    ("x", "x", False),
    (["5"], 5, False),
]


@pytest.mark.parametrize(("sent", "shown", "is_same"), FORM_TEXTS)
def test_a_form_has_a_text_for_each_flag_and_number(
    sent: object, shown: object, *, is_same: bool
) -> None:
    assert is_form_text(sent, shown) is is_same


@pytest.mark.parametrize(("shown", "sent"), [(5, "6"), (5, "x"), (True, "2"), (1.5, None)])
def test_another_text_replaces_the_number_of_an_unknown_setting(
    ninja: Ninja, shown: object, sent: str | None
) -> None:
    client = ninja.created(settings={"x": shown})

    changed = ninja.put(client["id"], {"settings": {"x": sent}})

    assert changed["settings"].get("x") == sent
