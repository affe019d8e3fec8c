"""Single values, written as this API shows them and read in every form that callers send."""

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
MAX_MOMENT_LENGTH = 100
"""The search for a zone takes a time that grows with the square of the length."""
ATOM = r'[^\s@"(),:;<>\[\]\\.]+'
LABEL = r'[^\s@"(),:;<>\[\]\\.-]+(?:-+[^\s@"(),:;<>\[\]\\.-]+)*'
EMAIL = re.compile(
    rf'("[^"\r\n]+"|{ATOM}(\.{ATOM})*)'
    rf"@({LABEL}(\.{LABEL})*|\[[0-9]{{1,3}}(\.[0-9]{{1,3}}){{3}}\]|\[IPv6:[0-9A-Fa-f:.]{{2,45}}\])"
)
"""An address under RFC 5322. A name in the domain has a hyphen only within; a domain may be the
address of a host in brackets."""
MAX_ADDRESS_LENGTH = 320
"""Characters of the longest address: 64 of a mailbox, and 255 of a domain."""
EXACT_FLOAT_LIMIT = 2**53
"""Below this number, a float without a fraction is exactly the integer that it looks like."""
TRIMMED_CHARACTERS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff\u200b\u200e"
"""White space, and also the byte order mark, the zero width space and the direction mark."""


def write_moment(moment: datetime | None) -> int:
    """Write a moment in Unix seconds, without a fraction; 0 for None."""
    return (moment - EPOCH) // SECOND if moment else 0


def read_moment(text: str) -> datetime | None:
    """Read Unix seconds or ISO 8601; None for any other text. A time without a zone is UTC."""
    if len(text) > MAX_MOMENT_LENGTH:
        return None
    try:
        if SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        # The decoding of a query string turns the plus before the zone into a blank.
        moment = datetime.fromisoformat(re.sub(r"(T\S+) (\d\d:?\d\d)$", r"\1+\2", text))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def write_amount(amount: Decimal) -> Amount:
    """Write an amount without trailing zeros: an integer if it has no fraction."""
    return int(amount) if amount == amount.to_integral_value() else amount.normalize()


def read_amount(text: str) -> Decimal | None:
    """Read a decimal number without an exponent; None for any other text."""
    return Decimal(text) if AMOUNT.fullmatch(text) else None


def write_id(number: int | None) -> str:
    """Write the number of a row in a reference table; empty for None."""
    return "" if number is None else str(number)


def read_integer(text: str) -> int | None:
    """Read an integer without leading zeros; None for any other text."""
    return int(text) if INTEGER.fullmatch(text) else None


def read_flag(value: Scalar) -> bool | None:
    """Read a word for true or false, in any case; None for any other word. Empty is false."""
    match text_of(value).lower():
        case word if word in TRUE_WORDS:
            return True
        case word if word in FALSE_WORDS:
            return False
        case _:
            return None


def read_sorting(text: str, columns: Container[str]) -> tuple[str, bool]:
    """Read `column|asc` as a column and whether the order is descending.

    Every other direction is descending. An unknown column or another form means `id|asc`.
    """
    column, *direction = text.split("|")
    if column not in columns or len(direction) != 1:
        return "id", False
    return column, direction != ["asc"]


def text_of(value: Scalar) -> str:
    """Return a scalar as the text that a form has for it; empty for null or unset."""
    match value:
        case str():
            return value
        case bool():
            return "1" if value else ""
        case int():
            return str(value)
        case float():
            return (
                str(int(value))
                if value.is_integer() and abs(value) < EXACT_FLOAT_LIMIT
                else repr(value)
            )
        case _:
            return ""


def trim(text: str) -> str:
    """Return a text without white space and invisible marks at its ends."""
    return text.strip(TRIMMED_CHARACTERS)


def is_email(text: str) -> bool:
    """Return whether a text is an e-mail address under RFC 5322; `a@b` is one."""
    return len(text) <= MAX_ADDRESS_LENGTH and EMAIL.fullmatch(text) is not None
