"""Dates in the forms that the original reads: what PHP understands, as far as callers write it.

Unix seconds (a fraction is cut), ISO 8601, `31.12.2098`, `31-12-2098`, `12/31/2098`, `tomorrow`,
`1 hour ago`, `next year`, `+2 weeks`. A text that is no date means that the filter is ignored.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from .scalars import read_moment

NUMBER_PATTERN = re.compile(r"-?([0-9]{1,15})(\.[0-9]*)?([eE]\+?[0-9]{1,2})?")
DAY_FORMATS = ("%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y", "%Y/%m/%d")
TIME_FORMATS = ("", " %H:%M", " %H:%M:%S")
DAYS_AHEAD = {"yesterday": -1, "midnight": 0, "today": 0, "tomorrow": 1}
RELATIVE_PATTERN = re.compile(
    r"(?:(?P<word>next|last|a|an)|(?P<count>[+-]?[0-9]{1,6})) ?"
    r"(?P<unit>sec|second|min|minute|hour|day|week|month|year)s?(?P<ago> ago)?",
    re.ASCII,
)
WORD_COUNTS = {"next": 1, "last": -1, "a": 1, "an": 1}
UNIT_SECONDS = {
    "sec": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
}
MONTHS_PER_YEAR = 12


def read_date(text: str, now: datetime) -> datetime | None:
    """Read a date in one of the forms of the module; None for any other text.

    `now` is where relative dates start. A date without a zone is UTC.
    """
    if not text:
        return None
    if NUMBER_PATTERN.fullmatch(text):
        return moment_of_seconds(float(text))
    words = text.lower()
    if words == "now":
        return now
    if words in DAYS_AHEAD:
        return midnight(now) + timedelta(days=DAYS_AHEAD[words])
    match = RELATIVE_PATTERN.fullmatch(words)
    return relative_date(match, now) if match else read_moment(text) or read_local_date(text)


def moment_of_seconds(seconds: float) -> datetime | None:
    """Return the moment of Unix seconds, without their fraction; None beyond the year 9999.

    So milliseconds are no date, as in the original.
    """
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def read_local_date(text: str) -> datetime | None:
    """Read a day with dots or dashes, or the American one with slashes, with a time or without."""
    for day in DAY_FORMATS:
        for time in TIME_FORMATS:
            try:
                return datetime.strptime(text, day + time).replace(tzinfo=UTC)
            except ValueError:
                continue
    return None


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def relative_date(match: re.Match[str], now: datetime) -> datetime | None:
    """Return the moment of `next year` or `2 days ago`; None if there is no such year."""
    count = WORD_COUNTS[match["word"]] if match["word"] else int(match["count"])
    count = -count if match["ago"] else count
    try:
        if match["unit"] in UNIT_SECONDS:
            return now + timedelta(seconds=count * UNIT_SECONDS[match["unit"]])
        return add_months(now, count * (MONTHS_PER_YEAR if match["unit"] == "year" else 1))
    except (ValueError, OverflowError):
        return None


def add_months(moment: datetime, months: int) -> datetime:
    """Add months; what a month is too short for goes on into the next: January 31 + 1 = March 3."""
    year, month = divmod(moment.year * MONTHS_PER_YEAR + moment.month - 1 + months, MONTHS_PER_YEAR)
    first = moment.replace(year=year, month=month + 1, day=1)
    days = min(moment.day, monthrange(year, month + 1)[1])
    return first + timedelta(days=moment.day - 1) if days < moment.day else first.replace(day=days)
