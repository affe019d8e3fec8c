"""Dates in the forms that callers write, read as the original reads them."""

from datetime import UTC, datetime

import pytest

from dialects.ninja.protocol.date_texts import read_date

NOW = datetime(2026, 1, 31, 16, 30, 15, 250_000, tzinfo=UTC)


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", moment(1970, 1, 1)),
        ("1796051974.5", moment(2026, 11, 30, 15, 19, 34)),
        ("1e9", moment(2001, 9, 9, 1, 46, 40)),
        ("2026-01-01T00:00:00+02:00", moment(2025, 12, 31, 22)),
        ("2026-01-01 10:20:30", moment(2026, 1, 1, 10, 20, 30)),
        ("31.12.2098", moment(2098, 12, 31)),
        ("31-12-2098", moment(2098, 12, 31)),
        ("12/31/2098", moment(2098, 12, 31)),
        ("12/31/2098 23:59", moment(2098, 12, 31, 23, 59)),
        ("now", NOW),
        ("Today", moment(2026, 1, 31)),
        ("tomorrow", moment(2026, 2, 1)),
        ("yesterday", moment(2026, 1, 30)),
        ("2 days ago", moment(2026, 1, 29, 16, 30, 15, 250_000)),
        ("-1 week", moment(2026, 1, 24, 16, 30, 15, 250_000)),
        ("+30 minutes", moment(2026, 1, 31, 17, 0, 15, 250_000)),
        ("last year", moment(2025, 1, 31, 16, 30, 15, 250_000)),
        ("1 month", moment(2026, 3, 3, 16, 30, 15, 250_000)),
        ("11 months ago", moment(2025, 3, 3, 16, 30, 15, 250_000)),
    ],
)
def test_a_date_is_read(text: str, expected: datetime) -> None:
    assert read_date(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "lt:2020-01-01",
        "2020-13-45",
        "13/31/2098",
        "4102444800000",
        "9999999999999999",
        "999999 years",
        "next",
        "٣ days",
    ],
)
def test_any_other_text_is_no_date(text: str) -> None:
    assert read_date(text, NOW) is None
