"""Dates written by the format letters of PHP, in English and in UTC."""

from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import datetime

DIRECTIVES = {
    "d": "%d",
    "D": "%a",
    "l": "%A",
    "N": "%u",
    "w": "%w",
    "W": "%V",
    "F": "%B",
    "m": "%m",
    "M": "%b",
    "o": "%G",
    "Y": "%Y",
    "y": "%y",
    "A": "%p",
    "h": "%I",
    "H": "%H",
    "i": "%M",
    "s": "%S",
    "u": "%f",
}
"""Letters that Python has a directive for."""
VALUES: dict[str, Callable[[datetime], object]] = {
    "j": lambda moment: moment.day,
    "n": lambda moment: moment.month,
    "z": lambda moment: moment.timetuple().tm_yday - 1,
    "t": lambda moment: monthrange(moment.year, moment.month)[1],
    "L": lambda moment: int(isleap(moment.year)),
    "a": lambda moment: "am" if moment.hour < 12 else "pm",  # noqa: PLR2004  noon
    "g": lambda moment: moment.hour % 12 or 12,
    "G": lambda moment: moment.hour,
    "U": lambda moment: int(moment.timestamp()),
}


def write_php_date(moment: datetime, date_format: str) -> str:
    """Write a moment in a format of PHP. A backslash and every other character stand for a text."""
    texts, characters = [], iter(date_format)
    for character in characters:
        if character == "\\":
            texts.append(next(characters, ""))
        elif character in DIRECTIVES:
            texts.append(moment.strftime(DIRECTIVES[character]))
        elif character in VALUES:
            texts.append(str(VALUES[character](moment)))
        else:
            texts.append(character)
    return "".join(texts)
