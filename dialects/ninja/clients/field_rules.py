"""Rules for the fields that have the same meaning here and in the store.

1. Only a given value that differs from the shown value is read. So a caller that sends back what
   it was shown is never refused.
2. A reader takes the given text and returns the value for the store. It raises UnacceptableValue
   with a sentence if the text has no value.
"""

import functools
import re
from collections.abc import Callable, Container, Mapping
from functools import partial
from typing import Any, NamedTuple

from msgspec import UNSET, structs

from storage import COUNTRIES, Client, Path, Problem

from ..protocol import wire
from ..protocol.id_codec import IdCodec
from ..protocol.messages import attribute_name, invalid_selection
from ..protocol.scalars import read_flag, read_integer, text_of, trim, write_id
from ..reference.tables import CLASSIFICATIONS, COUNTRY_BY_CODE, INDUSTRIES, SIZES

MAX_LINE = 255
MAX_TEXT = 65_535
TAG_PATTERN = re.compile(r"</?[A-Za-z!?][^<>]*>")

ReadValue = Callable[[str], Any]


class UnacceptableValue(Exception):
    """A value that cannot be stored. Its text is the sentence, with `{}` in place of the field."""


class FieldRule(NamedTuple):
    """The column of a field in the record, its reader, and the function that shows its value."""

    column: str
    read_value: ReadValue
    show_value: Callable[[Any], str] = str


def read_limited_text(max_length: int, given: str) -> str:
    """Read a text that may have at most `max_length` characters."""
    if len(given) > max_length:
        raise UnacceptableValue(f"The {{}} must not be greater than {max_length} characters.")
    return given


def read_notes(given: str) -> str:
    """Read notes. `</sc` becomes `<-`, so notes cannot close a script element."""
    return read_limited_text(MAX_TEXT, given.replace("</sc", "<-"))


def read_name(given: str) -> str:
    """Read a name and remove its HTML tags."""
    # A text over MAX_TEXT is refused in any case, so its tags are not searched.
    name = trim(TAG_PATTERN.sub("", given)) if len(given) <= MAX_TEXT else given
    return read_limited_text(MAX_LINE, name)


def read_classification(given: str) -> str:
    if given and given not in CLASSIFICATIONS:
        raise UnacceptableValue("The selected {} is invalid.")
    return given


def read_reference(table: Container[int], given: str) -> int | None:
    """Read the id of a row in a reference table; None for an empty text."""
    if not given:
        return None
    row_id = read_integer(given)
    if row_id is None:
        raise UnacceptableValue("The {} must be an integer.")
    if row_id not in table:
        raise UnacceptableValue("The selected {} is invalid.")
    return row_id


def read_number(given: str) -> str | None:
    """Read a client number. None means that the account assigns its next number."""
    return read_limited_text(MAX_LINE, given) if given and given != "0" else None


def read_flag_field(given: str) -> bool:
    """Read a boolean, or raise UnacceptableValue."""
    value = read_flag(given)
    if value is None:
        raise UnacceptableValue("The {} field must be true or false.")
    return value


def write_flag(value: object) -> str:
    """Write a boolean as the text that a form has for it."""
    return "1" if value else ""


def read_serial(ids: IdCodec, given: str) -> int | None:
    """Read the id of a record as its serial; None for an empty text.

    Neither this function nor the original checks that the record exists.
    """
    serial = ids.decode(given)
    if given and serial is None:
        raise UnacceptableValue("The selected {} is invalid.")
    return serial


read_country = partial(read_reference, COUNTRIES)
read_line = partial(read_limited_text, MAX_LINE)
read_long_text = partial(read_limited_text, MAX_TEXT)

FIELD_RULES = {
    "website": FieldRule("website", read_line),
    "private_notes": FieldRule("private_notes", read_notes),
    "size_id": FieldRule("size_id", partial(read_reference, SIZES), write_id),
    "public_notes": FieldRule("public_notes", read_notes),
    "address1": FieldRule("address1", read_line),
    "address2": FieldRule("address2", read_line),
    "phone": FieldRule("phone", read_line),
    "city": FieldRule("city", read_line),
    "state": FieldRule("state", read_line),
    "postal_code": FieldRule("postal_code", read_line),
    "country_id": FieldRule("country_id", read_country, write_id),
    "industry_id": FieldRule("industry_id", partial(read_reference, INDUSTRIES), write_id),
    "custom_value1": FieldRule("custom_value1", read_long_text),
    "custom_value2": FieldRule("custom_value2", read_long_text),
    "custom_value3": FieldRule("custom_value3", read_long_text),
    "custom_value4": FieldRule("custom_value4", read_long_text),
    "vat_number": FieldRule("vat_number", read_line),
    "id_number": FieldRule("id_number", read_line),
    "number": FieldRule("number", read_number),
    "has_valid_vat_number": FieldRule("has_valid_vat_number", read_flag_field, write_flag),
    "is_tax_exempt": FieldRule("is_tax_exempt", read_flag_field, write_flag),
    "routing_id": FieldRule("routing_id", read_line),
}


@functools.lru_cache(maxsize=1024)
def field_rules_of(ids: IdCodec) -> dict[str, FieldRule]:
    """Return the rules by field name, also those of the fields that are ids under this salt."""
    read = partial(read_serial, ids)
    return FIELD_RULES | {
        "assigned_user_id": FieldRule("assigned_user_serial", read, ids.encode),
        "group_settings_id": FieldRule("group_serial", read, ids.encode),
    }


def changed_fields(
    given: wire.ClientInput, record: Client | None, ids: IdCodec, problems: list[Problem]
) -> dict[str, Any]:
    """Return the columns that change, with their new values.

    Without a record, these are the columns that differ from a blank client.
    """
    values = {}
    for field_name, field in field_rules_of(ids).items():
        value = getattr(given, field_name)
        if value is not UNSET:
            shown = field.show_value(getattr(record, field.column)) if record else ""
            values[field.column] = read_if_changed(
                (field_name,), value, shown, field.read_value, problems
            )
    return {column: value for column, value in values.items() if value is not UNSET}


def check_group(
    values: Mapping[str, object], groups: Container[object], problems: list[Problem]
) -> None:
    """Add a problem for a group that a client would join, but that does not exist."""
    serial = values.get("group_serial")
    if serial is not None and serial not in groups:
        problems.append(invalid_selection("group_settings_id"))


def with_country(given: wire.ClientInput) -> wire.ClientInput:
    """Return the input with the ids of the countries that are given by ISO code.

    A code has two or three letters in any case. The original takes an unknown code for an empty
    one, so the client loses its country. Here an unknown code is ignored.
    """
    codes = {
        "country_id": text_of(given.country_code).upper(),
        "shipping_country_id": text_of(given.shipping_country_code).upper(),
    }
    known = {name: COUNTRY_BY_CODE.get(code) for name, code in codes.items()}
    ids = {name: write_id(country) for name, country in known.items() if country is not None}
    # As a text, `false` would be empty: a country that is taken away.
    falses = {name: "false" for name in codes if getattr(given, name) is False}
    return structs.replace(given, **falses | ids) if falses or ids else given


def read_if_changed(
    path: Path, given: wire.Scalar, shown: str, read: ReadValue, problems: list[Problem]
) -> Any:
    """Read a given value. UNSET if it is not given, equals the shown text, or cannot be stored.

    A value that cannot be stored adds a problem.
    """
    if given is UNSET:
        return UNSET
    given_text = text_of(given)
    if given_text == trim(shown):
        return UNSET
    try:
        return read(given_text)
    except UnacceptableValue as error:
        problems.append(Problem(path, str(error).format(attribute_name(path))))
        return UNSET
