"""Single values as this API writes them, and the many ways in which callers send them."""

import re
from collections.abc import Container
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from storage import EPOCH

from .wire import Amount, Scalar

SECOND = timedelta(seconds=1)
TRUE_WORDS = frozenset({"true", "1", "on", "yes"})
FALSE_WORDS = frozenset({"false", "0", "off", "no", ""})
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
AMOUNT = re.compile(r"[-+]?[0-9]{1,20}(\.[0-9]{1,20})?")
SECONDS = re.compile(r"[0-9]{1,11}")
EMAIL = re.compile(
    r'("[^"\r\n]+"|[^\s@"(),:;<>\[\]\\.]+(\.[^\s@"(),:;<>\[\]\\.]+)*)'
    r"@[^\s@\"(),:;<>\[\]\\.]+(\.[^\s@\"(),:;<>\[\]\\.]+)*"
)
EXACT = 2**53
"""Below this a float that is whole is the integer it looks like."""
TRIMMED = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff\u200b\u200e"
"""White space, and like it a byte order mark, a zero width space, a direction mark."""


def write_moment(moment: datetime | None) -> int:
    """Whole unix seconds, 0 for none."""
    return (moment - EPOCH) // SECOND if moment else 0


def read_moment(text: str) -> datetime | None:
    """Unix seconds or ISO 8601, in UTC without a zone; None for anything else."""
    try:
        if SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        # A blank before the zone is a plus that the decoding of a query string has eaten.
        moment = datetime.fromisoformat(re.sub(r"(T\S+) (\d\d:?\d\d)$", r"\1+\2", text))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def write_amount(amount: Decimal) -> Amount:
    """Without a fraction when it is whole, else with no more digits than it needs."""
    return int(amount) if amount == amount.to_integral_value() else amount.normalize()


def read_amount(text: str) -> Decimal | None:
    return Decimal(text) if AMOUNT.fullmatch(text) else None


def write_id(number: int | None) -> str:
    """A plain number of a reference table, empty for none."""
    return "" if number is None else str(number)


def read_integer(text: str) -> int | None:
    """An integer without leading zeros, else None."""
    return int(text) if INTEGER.fullmatch(text) else None


def read_flag(value: Scalar) -> bool | None:
    """True and false words in any case, numbers by their truth; None for other text."""
    match text_of(value).lower():
        case word if word in TRUE_WORDS:
            return True
        case word if word in FALSE_WORDS:
            return False
        case _:
            return None


def read_sorting(text: str, columns: Container[str]) -> tuple[str, bool]:
    """`column|asc`, any other direction is descending; whatever else there is means `id|asc`."""
    column, *direction = text.split("|")
    if column not in columns or len(direction) != 1:
        return "id", False
    return column, direction != ["asc"]


def text_of(value: Scalar) -> str:
    """A scalar as the text that a form would have carried."""
    match value:
        case str():
            return value
        case bool():
            return "1" if value else ""
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
        case _:
            return ""


def trim(text: str) -> str:
    return text.strip(TRIMMED)


def is_email(text: str) -> bool:
    """An address as RFC 5322 has it, `a@b` included."""
    return EMAIL.fullmatch(text) is not None
