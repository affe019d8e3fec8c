"""Dates in the format letters of PHP."""

from datetime import UTC, datetime

import pytest

from dialects.ninja.protocol.date_formats import write_php_date

MOMENT = datetime(2024, 2, 5, 0, 7, 9, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        ("Y-m-d H:i:s", "2024-02-05 00:07:09"),
        ("D, d M y", "Mon, 05 Feb 24"),
        ("l j F", "Monday 5 February"),
        ("n/N/w/W/o", "2/1/1/06/2024"),
        ("z t L", "35 29 1"),
        ("g:i a, h A, G", "12:07 am, 12 AM, 0"),
        ("u U", "000042 1707091629"),
        ("\\Y\\\\ % Q", "Y\\ % Q"),
        ("x\\", "x"),
        ("", ""),
    ],
)
def test_a_letter_stands_for_a_part_of_the_date(date_format: str, text: str) -> None:
    assert write_php_date(MOMENT, date_format) == text
