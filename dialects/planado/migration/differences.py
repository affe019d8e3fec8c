"""Compares an object of this API with a record.

1. Write the record as an object of this API.
2. Read both objects, and bring the parsed fields of both into a normal form, without the fields
   that each server sets: ids, versions, times, and the name that it builds from the other names.
3. Name the fields in which the two normal forms differ.
"""

from typing import Any

from msgspec import UNSET, structs

from dialects.base.migration import json_diff
from dialects.base.protocol import json_codec
from storage import Account, Client

from ..clients import translate
from ..clients.service_address import read_address
from . import object_reader
from .object_reader import ParsedFields


def differences(raw: bytes, record: Client, _account: Account) -> tuple[str, ...]:
    """Return the paths of the fields in which an object and a record differ."""
    own_parsed = object_reader.read_fields(json_codec.WIRE_ENCODER.encode(translate.client(record)))
    given, shown = normalize(object_reader.read_fields(raw)), normalize(own_parsed)
    return tuple(json_diff.diff_paths(given, shown))


def normalize(parsed: ParsedFields) -> dict[str, Any]:
    """Return the parsed fields in normal form, without the fields that each server sets."""
    values: dict[str, Any] = {name: text or None for name, text in parsed.names.items()}
    values["organization"] = parsed.is_organization
    if parsed.external_id is not UNSET:
        values["external_id"] = parsed.external_id
    if parsed.address is not UNSET:
        values["site_address"] = structs.asdict(read_address(parsed.address, []))
    if parsed.lines is not UNSET:
        values["contacts"] = [line._asdict() for line in parsed.lines]
    return values
