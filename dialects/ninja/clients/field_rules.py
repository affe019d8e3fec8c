"""The fields that mean the same here and in the store: given ones that differ from the shown.

A reader gets the text that was given and returns the store's value, or raises Unacceptable with
the sentence for it; it is asked only about differences, so an echo is never refused.
"""

import functools
import re
from collections.abc import Callable, Container
from functools import partial
from typing import Any, NamedTuple

from msgspec import UNSET, structs

from storage import COUNTRIES, Client, Path, Problem

from ..protocol import wire
from ..protocol.id_codec import IdCodec
from ..protocol.messages import attribute
from ..protocol.scalars import read_flag, read_integer, text_of, trim, write_id
from ..reference.tables import CLASSIFICATIONS, COUNTRY_BY_CODE, INDUSTRIES, SIZES

MAX_LINE = 255
MAX_TEXT = 65_535
TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")

ReadValue = Callable[[str], Any]


class UnacceptableValue(Exception):
    """A value that cannot be taken; carries the sentence, `{}` standing for the field."""


class FieldRule(NamedTuple):
    """The record's column, how its text is read, and how it is shown."""

    column: str
    read_value: ReadValue
    show_value: Callable[[Any], str] = str


def text(longest: int, given: str) -> str:
    if len(given) > longest:
        raise UnacceptableValue(f"The {{}} must not be greater than {longest} characters.")
    return given


def notes(given: str) -> str:
    return text(MAX_TEXT, given.replace("</sc", "<-"))


def name(given: str) -> str:
    # Tags are looked for only in what could be a name without them.
    return text(MAX_LINE, trim(TAG.sub("", given)) if len(given) <= MAX_TEXT else given)


def classification(given: str) -> str:
    if given and given not in CLASSIFICATIONS:
        raise UnacceptableValue("The selected {} is invalid.")
    return given


def read_reference(table: Container[int], given: str) -> int | None:
    """The id of a row of a reference table; empty for none."""
    if not given:
        return None
    found = read_integer(given)
    if found is None:
        raise UnacceptableValue("The {} must be an integer.")
    if found not in table:
        raise UnacceptableValue("The selected {} is invalid.")
    return found


def country(given: str) -> int | None:
    return read_reference(COUNTRIES, "" if given == "0" else given)


def number(given: str) -> str | None:
    """None asks for the next number of the account."""
    return text(MAX_LINE, given) if given and given != "0" else None


def flag(given: str) -> bool:
    found = read_flag(given)
    if found is None:
        raise UnacceptableValue("The {} field must be true or false.")
    return found


def show_flag(value: object) -> str:
    return "1" if value else ""


def serial(ids: IdCodec, given: str) -> int | None:
    """The record behind an id; which one exists is not checked here, nor in the original."""
    found = ids.decode(given)
    if given and found is None:
        raise UnacceptableValue("The selected {} is invalid.")
    return found


line = partial(text, MAX_LINE)
long_text = partial(text, MAX_TEXT)

FIELDS = {
    "website": FieldRule("website", line),
    "private_notes": FieldRule("private_notes", notes),
    "size_id": FieldRule("size_id", partial(read_reference, SIZES), write_id),
    "public_notes": FieldRule("public_notes", notes),
    "address1": FieldRule("address1", line),
    "address2": FieldRule("address2", line),
    "phone": FieldRule("phone", line),
    "city": FieldRule("city", line),
    "state": FieldRule("state", line),
    "postal_code": FieldRule("postal_code", line),
    "country_id": FieldRule("country_id", country, write_id),
    "industry_id": FieldRule("industry_id", partial(read_reference, INDUSTRIES), write_id),
    "custom_value1": FieldRule("custom_value1", long_text),
    "custom_value2": FieldRule("custom_value2", long_text),
    "custom_value3": FieldRule("custom_value3", long_text),
    "custom_value4": FieldRule("custom_value4", long_text),
    "vat_number": FieldRule("vat_number", line),
    "id_number": FieldRule("id_number", line),
    "number": FieldRule("number", number),
    "has_valid_vat_number": FieldRule("has_valid_vat_number", flag, show_flag),
    "is_tax_exempt": FieldRule("is_tax_exempt", flag, show_flag),
    "routing_id": FieldRule("routing_id", line),
}


@functools.lru_cache(maxsize=1024)
def fields_of(ids: IdCodec) -> dict[str, FieldRule]:
    read = partial(serial, ids)
    return FIELDS | {
        "assigned_user_id": FieldRule("assigned_user_serial", read, ids.encode),
        "group_settings_id": FieldRule("group_serial", read, ids.encode),
    }


def changed_fields(
    given: wire.ClientInput, record: Client | None, ids: IdCodec, problems: list[Problem]
) -> dict[str, Any]:
    """Columns with their new values; without a record, what differs from a blank client."""
    told = {}
    for field_name, field in fields_of(ids).items():
        value = getattr(given, field_name)
        if value is not UNSET:
            shown = field.show_value(getattr(record, field.column)) if record else ""
            told[field.column] = read_if_changed(
                (field_name,), value, shown, field.read_value, problems
            )
    return {column: value for column, value in told.items() if value is not UNSET}


def with_country(given: wire.ClientInput) -> wire.ClientInput:
    """A country given by its ISO code, of two or three letters in any case.

    The original takes an unknown code for an empty one and so loses the country that the client
    had; here it counts as not given.
    """
    codes = {
        "country_id": text_of(given.country_code).upper(),
        "shipping_country_id": text_of(given.shipping_country_code).upper(),
    }
    known = {name: COUNTRY_BY_CODE.get(code) for name, code in codes.items()}
    ids = {name: write_id(found) for name, found in known.items() if found is not None}
    return structs.replace(given, **ids) if ids else given


def read_if_changed(
    path: Path, given: wire.Scalar, shown: str, read: ReadValue, problems: list[Problem]
) -> Any:
    """The value read, or UNSET when none was given or it equals what is shown."""
    if given is UNSET:
        return UNSET
    told = text_of(given)
    if told == trim(shown):
        return UNSET
    try:
        return read(told)
    except UnacceptableValue as error:
        problems.append(Problem(path, str(error).format(attribute(path))))
        return UNSET
