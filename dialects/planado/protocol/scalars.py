"""Ids and moments as this API writes them."""

import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from storage import MICROSECOND, LiveKey

UUID_SHAPE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
MOMENT_SHAPE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    # A blank is a plus that the decoding of a query string has eaten.
    r"(?:Z|([-+ ])([0-9]{2}):?([0-9]{2}))?)?"
)
LAST = datetime.max.replace(tzinfo=UTC)


def read_key(text: str) -> LiveKey:
    """Only the shape 8-4-4-4-12 is a uuid; 32 digits without dashes are somebody's external id."""
    return LiveKey(external_id=text, uuid=UUID(text) if UUID_SHAPE.fullmatch(text) else None)


def write_moment(moment: datetime) -> str:
    """`2016-05-29T17:31:01.419601Z`: in UTC, always six digits."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_moment(text: str, *, round_up: bool = False) -> datetime:
    """A filter's moment: any zone, UTC without one, midnight for a date, any precision.

    Digits beyond microseconds are cut, or rounded up, so that a strict bound stays strict.
    Raises ValueError for anything else.
    """
    match = MOMENT_SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    date, minutes, seconds, fraction, sign, hours_off, minutes_off = match.groups()
    moment = datetime.fromisoformat(f"{date}T{minutes or '00:00'}:{seconds or '00'}+00:00")
    fraction = fraction or ""
    moment += int(fraction[:6].ljust(6, "0")) * MICROSECOND
    if round_up and fraction[6:].strip("0") and moment < LAST:
        moment += MICROSECOND
    if sign:
        offset = timedelta(hours=int(hours_off), minutes=int(minutes_off))
        zone = timezone(-offset if sign == "-" else offset)
        moment = moment.replace(tzinfo=zone)
    return in_utc(moment)


def in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(moment) from error
