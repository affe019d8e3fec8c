"""The service address, shown as six `shipping_*` fields.

The record has it as one text or as the same six fields.
"""

from typing import Any

from msgspec import UNSET

from storage import Address, Client, Problem

from ..protocol import wire
from ..protocol.scalars import write_id
from .field_rules import read_country, read_if_changed, read_line

CLEARED_LOCATION = {"service_text": None, "longitude": None, "latitude": None}
"""Columns that a changed address clears, because they describe the old address."""


def shown_address(record: Client) -> Address:
    """Return the service address as this API shows it: a single text is the first line."""
    if record.service_text is not None:
        return Address(address1=record.service_text)
    return record.shipping_address


def changed_address(
    given: wire.ClientInput, record: Client | None, problems: list[Problem]
) -> dict[str, Any]:
    """Return the columns of a changed address, or none if no given field differs.

    A changed address is always stored as six fields. Fields that are not given stay as shown.
    """
    before = shown_address(record) if record else Address()
    values: dict[str, Any] = {}
    for name in Address._fields:
        wire_name, value = f"shipping_{name}", getattr(before, name)
        text, read = (write_id(value), read_country) if name == "country_id" else (value, read_line)
        new = read_if_changed((wire_name,), getattr(given, wire_name), text, read, problems)
        if new is not UNSET and new != value:
            values[name] = new
    if not values:
        return {}
    after = before._replace(**values)
    return CLEARED_LOCATION | {f"shipping_{name}": value for name, value in after._asdict().items()}
