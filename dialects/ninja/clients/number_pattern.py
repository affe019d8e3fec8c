"""The number that a client's own settings ask for, instead of the next one of the account.

`client_number_pattern` is the number with slots such as `{$counter}` and `{$date:Y-m}`.
`client_number_counter` is the first value of its counter, `counter_padding` the digits of it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from storage import Client, Invalid, NumberRule, Problem

from ..protocol.date_formats import write_php_date
from ..protocol.scalars import text_of, trim
from .field_rules import MAX_LINE, UnacceptableValue, read_line
from .setting_types import PATTERN_KEY, WHOLE_NUMBER

COUNTER_KEY, PADDING_KEY = "client_number_counter", "counter_padding"
RULE_KEYS = re.compile(f'"(?:{PATTERN_KEY}|{COUNTER_KEY}|{PADDING_KEY})"')
SLOT = re.compile(r"\{\$(?:date:([^}]*)|(\w+))\}", re.ASCII)
COUNTER_WORDS = ("counter", "client_counter", "clientCounter", "group_counter")
EMPTY_WORDS = ("client_number", "user_custom1", "user_custom2", "user_custom3", "user_custom4")
"""Slots for what a client without a number and an account without users do not have."""


def number_rule(
    values: Mapping[str, Any], record: Client | None, user_serial: int
) -> dict[str, NumberRule]:
    """Return the rule for the number that a client needs, by the field of the command.

    `values` are the columns that the command sets. Empty if the client has a number or its settings
    say nothing about numbers: then no setting is decoded.
    """
    needs_number = values.get("number", "" if record else None) is None
    settings_text = values.get("settings", record.settings if record else "")
    if not needs_number or not RULE_KEYS.search(settings_text):
        return {}
    settings = msgspec.json.decode(settings_text)
    padding = read_count(settings.get(PADDING_KEY))
    pattern = text_of(settings.get(PATTERN_KEY))[: MAX_LINE + 1] or "{$counter}"
    words = slot_words(values, record, user_serial)
    rule = NumberRule(
        write=lambda now, counter: fill_pattern(pattern, words, now, counter),
        counter=read_count(settings.get(COUNTER_KEY)),
        padding=None if padding is None else min(padding, MAX_LINE),
    )
    return {"number_rule": rule}


def read_count(value: Any) -> int | None:
    """Read a whole number; None for any other value. Imported settings may have texts for it."""
    text = text_of(value)
    return int(text) if WHOLE_NUMBER.fullmatch(text) else None


def slot_words(
    values: Mapping[str, Any], record: Client | None, user_serial: int
) -> dict[str, str]:
    """Return the texts of the slots that say something about the client, by their names."""
    words = dict.fromkeys(EMPTY_WORDS, "")
    words["user_id"] = words["userId"] = f"{user_serial:02}"
    fields = {"id_number": ("client_id_number", "clientIdNumber")}
    fields |= {f"custom_value{n}": (f"client_custom{n}", f"clientCustom{n}") for n in range(1, 5)}
    for field, names in fields.items():
        text = values.get(field, getattr(record, field) if record else "")
        words |= dict.fromkeys(names, text)
    return words


def fill_pattern(pattern: str, words: Mapping[str, str], now: datetime, counter: str) -> str:
    """Return the number of a pattern. An unknown slot stays as it is.

    Raises Invalid for a number that is too long. A pattern that ends up empty is the counter.
    """
    known = {**words, **dict.fromkeys(COUNTER_WORDS, counter), "year": f"{now.year}"}

    def fill_slot(slot: re.Match[str]) -> str:
        date_format, word = slot.groups()
        return known.get(word, slot[0]) if word else write_php_date(now, date_format)

    try:
        return read_line(trim(SLOT.sub(fill_slot, pattern))) or counter
    except UnacceptableValue as error:
        raise Invalid(Problem(("number",), str(error).format("number"))) from None
