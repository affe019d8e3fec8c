"""Types of the settings keys: a known key is stored and shown in its own type, however it is sent.

The types are those that the original has for its 249 keys. An unknown key keeps its value as sent.
"""

import re
from typing import Any

from ..protocol.scalars import EXACT_FLOAT_LIMIT, FALSE_WORDS, TRUE_WORDS, text_of
from ..reference.tables import SETTING_TYPES

DESIGN_KEYS = frozenset(
    {
        "invoice_design_id",
        "quote_design_id",
        "credit_design_id",
        "purchase_order_design_id",
        "statement_design_id",
        "delivery_note_design_id",
    }
)
"""Ids that are hashids. All other ids are whole numbers, shown as texts."""
NUMERIC_TEXT_KEYS = frozenset({"payment_terms", "valid_until"})
OBJECT_KEYS = frozenset({"pdf_variables", "translations"})
PATTERN_KEY = "client_number_pattern"
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
DECIMAL = r"[-+]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][-+]?[0-9]{1,2})?"
LEADING_NUMBER = re.compile(rf"\s*({DECIMAL})", re.ASCII)


class WrongSettingTypeError(Exception):
    """A value of another type than its key has. The message is the name of that type."""


def read_setting(key: str, value: Any) -> Any:
    """Return a sent value in the type of its key. Raise WrongSettingTypeError if it has none.

    None stands for an empty value and has no type. A list or an object is a value of few keys.
    """
    if value is None:
        return None
    if isinstance(value, dict | list):
        return read_object(key, value)
    name = SETTING_TYPES.get(key)
    if name is None:
        return value
    if name == "string" and key not in DESIGN_KEYS and is_numeric_text(key):
        return str(read_whole_number(value, "integer"))
    return READERS[name](value)


def is_numeric_text(key: str) -> bool:
    """Whether the values of a key are whole numbers that are shown as texts."""
    return key.endswith("_id") or key in NUMERIC_TEXT_KEYS


def read_object(key: str, value: Any) -> Any:
    if key in OBJECT_KEYS:
        return value
    if value == [] and key.endswith("_id"):
        return None
    raise WrongSettingTypeError("string")


def read_whole_number(value: Any, name: str) -> int:
    """Read a whole number in plain notation; `+3`, `3.0` and `1e1` are none."""
    text = "" if isinstance(value, bool) else text_of(value)
    if isinstance(value, float) or not WHOLE_NUMBER.fullmatch(text):
        raise WrongSettingTypeError(name)
    return int(text)


def read_decimal(value: Any) -> int | float:
    """Read a decimal number as PHP does: its leading digits, else 0; whole ones as integers."""
    match = LEADING_NUMBER.match(text_of(value))
    number = float(match[1]) if match else 0.0
    return int(number) if number.is_integer() and abs(number) < EXACT_FLOAT_LIMIT else number


def is_form_text(sent: Any, shown: Any) -> bool:
    """Whether a form that sends back a shown flag or number has this text for it."""
    if isinstance(shown, bool):
        return bool(sent == str(int(shown)))
    if not isinstance(shown, int | float) or not isinstance(sent, str):
        return False
    return sent == str(shown) or bool(re.fullmatch(DECIMAL, sent) and float(sent) == shown)


def read_flag(value: Any) -> bool:
    """Read a word for yes or no: forms have no other way to say no."""
    text = "1" if value is True or value == 1 else text_of(value).lower()
    if value is False or text in FALSE_WORDS:
        return False
    if text not in TRUE_WORDS:
        raise WrongSettingTypeError("bool")
    return True


def read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongSettingTypeError("string")
    return value


READERS: dict[str, Any] = {
    "bool": read_flag,
    "float": read_decimal,
    "int": lambda value: read_whole_number(value, "int"),
    "integer": lambda value: read_whole_number(value, "integer"),
    "object": lambda value: value,
    "string": read_text,
}
