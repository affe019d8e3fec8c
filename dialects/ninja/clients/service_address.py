"""The service address as six `shipping_*` fields, whichever of its two forms the record has."""

from typing import Any

from msgspec import UNSET

from storage import Address, Client, Problem

from ..protocol import wire
from ..protocol.scalars import write_id
from .field_rules import country, line, read_if_changed

CLEARED_LOCATION = {"service_text": None, "longitude": None, "latitude": None}
"""They belonged to the old place."""


def shown_address(record: Client) -> Address:
    if record.service_text is not None:
        return Address(address1=record.service_text)
    return record.shipping_address


def changed_address(
    given: wire.ClientInput, record: Client | None, problems: list[Problem]
) -> dict[str, Any]:
    """Any difference makes the address structured; what was not given stays as it is shown."""
    before = shown_address(record) if record else Address()
    told: dict[str, Any] = {}
    for name in Address._fields:
        wire_name, value = f"shipping_{name}", getattr(before, name)
        text, read = (write_id(value), country) if name == "country_id" else (value, line)
        new = read_if_changed((wire_name,), getattr(given, wire_name), text, read, problems)
        if new is not UNSET and new != value:
            told[name] = new
    if not told:
        return {}
    after = before._replace(**told)
    return CLEARED_LOCATION | {f"shipping_{name}": value for name, value in after._asdict().items()}
