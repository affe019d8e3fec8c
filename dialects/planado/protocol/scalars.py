"""Client keys and moments as this API reads and writes them."""

import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from storage import MICROSECOND, LiveKey

UUID_SHAPE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
MOMENT_SHAPE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    # A space stands for a plus sign: the decoding of a query string replaces it.
    r"(?:Z|([-+ ])([0-9]{2}):?([0-9]{2}))?)?"
)
MAX_MOMENT = datetime.max.replace(tzinfo=UTC)


def read_key(text: str) -> LiveKey:
    """Read a client key: a UUID or an external id.

    Only the form 8-4-4-4-12 is a UUID. 32 digits without dashes are an external id.
    """
    return LiveKey(external_id=text, uuid=UUID(text) if UUID_SHAPE.fullmatch(text) else None)


def write_moment(moment: datetime) -> str:
    """Write a moment as `2016-05-29T17:31:01.419601Z`: in UTC, always with six digits."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_moment(text: str, *, round_up: bool = False) -> datetime:
    """Read the moment of a filter.

    It may have any zone (UTC without one), any precision, and may be a date alone (midnight).
    Digits beyond microseconds are cut or, with `round_up`, rounded up: so a strict bound stays
    strict. Raise ValueError for any other text.
    """
    match = MOMENT_SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    date, minutes, seconds, fraction, sign, hours_off, minutes_off = match.groups()
    moment = datetime.fromisoformat(f"{date}T{minutes or '00:00'}:{seconds or '00'}+00:00")
    fraction = fraction or ""
    moment += int(fraction[:6].ljust(6, "0")) * MICROSECOND
    if round_up and fraction[6:].strip("0") and moment < MAX_MOMENT:
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
