"""Which values of a counter are taken, and which is the next one."""

import json
from typing import Any

import pytest

from dialects.ninja.migration.remote import remote_counter
from gateway.migration.live.push.number_counter import MAX_GAP, next_value


def company(**settings: Any) -> bytes:
    return json.dumps({"data": {"id": "a", "settings": settings}}).encode()


@pytest.mark.parametrize(
    ("settings", "numbers", "values"),
    [
        ({}, ("0002", "0001", "12", "00003", "x1", "P-0001", "10000"), [1, 2, 10000]),
        ({"counter_padding": 2}, ("02", "0003", "100"), [2, 100]),
        ({"client_number_pattern": "C-{$counter}"}, ("C-0007", "0008", "C-9"), [7]),
        ({"client_number_pattern": "{$year}/{$counter}"}, ("2026/0007",), [7]),
        ({"client_number_pattern": "{$year}"}, ("2026",), []),
        ({}, ("٣",), []),
    ],
)
def test_numbers_of_the_counter_are_known_by_their_form(
    settings: dict[str, Any], numbers: tuple[str, ...], values: list[int]
):
    assert remote_counter.taken_values(company(**settings), numbers) == values


@pytest.mark.parametrize(
    ("value", "taken", "next_one"),
    [
        (1, [], 1),
        (1, [1, 2, 3], 4),
        (9, [1, 2], 9),
        (1, [5000, 5001], 5002),
        (1, [1, 2, 2 + MAX_GAP + 2], 3),
    ],
)
def test_the_counter_goes_above_all_that_are_taken_but_for_those_far_away(
    value: int, taken: list[int], next_one: int
):
    assert next_value(value, taken) == next_one
