"""Numbers that a client's own settings ask for: a pattern, a counter, a padding."""

import re
from datetime import UTC, datetime

import pytest

from tests.dialects.ninja.steps import refused_fields


def numbered(ninja, pattern=None, counter=None, padding=None, **fields):
    """Create a client with these settings and return its number."""
    settings = {
        "client_number_pattern": pattern,
        "client_number_counter": counter,
        "counter_padding": padding,
    }
    return ninja.created(settings=settings, **fields)["number"]


def test_a_pattern_is_filled_with_the_counter_of_the_account_and_moves_it(ninja):
    numbers = [
        ninja.created()["number"],
        numbered(ninja, "C-{$counter}"),
        numbered(ninja, "D-{$counter}-{$counter}"),
        ninja.created()["number"],
    ]

    assert numbers == ["0001", "C-0002", "D-0003-0003", "0004"]


def test_an_own_counter_leaves_that_of_the_account_alone_and_stays_as_it_is_shown(ninja):
    own = [numbered(ninja, counter="5", padding="6") for _ in range(3)]
    shown = ninja.listed()[0]["settings"]

    assert own == ["000005", "000006", "000007"]
    assert (shown["client_number_counter"], shown["counter_padding"]) == (5, 6)
    assert ninja.created()["number"] == "0001"


def test_an_own_padding_counts_with_the_counter_of_the_account(ninja):
    assert [numbered(ninja, padding=padding) for padding in (6, 0, 1)] == ["000001", "2", "3"]
    assert ninja.created()["number"] == "0004"


SLOTS = [
    ("U{$user_id}-{$userId}-{$counter}", "U01-01-0001"),
    ("{$client_custom1}{$client_custom4}-{$clientCustom2}-{$counter}", "oneFour-two-0001"),
    ("{$client_id_number}/{$clientIdNumber}/{$counter}", "I-7/I-7/0001"),
    ("{$client_counter}{$clientCounter}{$group_counter}", "000100010001"),
    ("{$client_number}{$user_custom1}{$counter}", "0001"),
    ("{$unknown}{counter}$counter", "{$unknown}{counter}$counter"),
    ("{$client_custom3}", "0001"),
]


@pytest.mark.parametrize(("pattern", "number"), SLOTS)
def test_a_pattern_names_the_user_and_fields_of_the_client(ninja, pattern, number):
    fields = {"custom_value1": "one", "custom_value2": "two", "custom_value4": "Four"}

    assert numbered(ninja, pattern, id_number="I-7", **fields) == number


def test_a_pattern_names_the_time(ninja):
    settings = {"client_number_pattern": "{$year}{$date:Y-m-d}{$date:\\Y}-{$counter}"}

    client = ninja.created(settings=settings)

    born = datetime.fromtimestamp(client["created_at"], UTC)
    assert client["number"] == f"{born.year}{born.date()}Y-0001"


def test_numbers_of_a_pattern_that_are_taken_are_skipped_whatever_their_case(ninja):
    ninja.created(number="c-0001")

    assert [numbered(ninja, "C-{$counter}") for _ in range(2)] == ["C-0002", "C-0003"]
    assert ninja.created()["number"] == "0004"


def test_a_pattern_without_a_counter_ends_at_random_when_it_is_taken(ninja):
    first, second = numbered(ninja, "VIP"), numbered(ninja, "VIP")

    assert first == "VIP"
    assert re.fullmatch("VIP_[0-9A-Za-z]{5}", second)
    assert ninja.created()["number"] == "0001"


def test_an_emptied_number_is_made_by_the_settings_that_the_client_has_then(ninja):
    client = ninja.created(number="X", custom_value1="one")
    settings = {"client_number_pattern": "{$client_custom1}-{$counter}"}

    stayed = ninja.put(client["id"], {"settings": settings})
    stored = ninja.put(client["id"], {"number": "", "custom_value1": "two"})
    sent = ninja.put(client["id"], {"number": "", "settings": {"counter_padding": 2}})

    assert [stayed["number"], stored["number"], sent["number"]] == ["X", "two-0001", "02"]


def test_a_given_number_wins_over_a_pattern(ninja):
    assert numbered(ninja, "C-{$counter}", number="X-1") == "X-1"
    assert ninja.created()["number"] == "0001"


def test_a_number_that_becomes_too_long_is_refused_and_takes_nothing(ninja):
    body = {
        "custom_value1": "x" * 256,
        "settings": {"client_number_pattern": "{$client_custom1}{$counter}"},
    }

    answer = ninja.post("/clients", json=body)

    message = "The number must not be greater than 255 characters."
    assert refused_fields(answer) == {"number": [message]}
    assert ninja.created()["number"] == "0001"


def test_a_padding_has_a_limit_too(ninja):
    settings = {"counter_padding": 10**9}

    number = ninja.created(settings=settings)["number"]

    assert number == "1".zfill(255)
