"""Compares an object of this API with a record.

1. Write the record as an object of this API.
2. Read both objects, and bring the parsed fields of both into a normal form, without the fields
   that each server sets.
3. Name the fields in which the two normal forms differ.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from dialects.base.migration import json_diff
from dialects.base.protocol import json_codec
from storage import Account, Client, collapse_spaces

from ..clients import translate
from ..protocol.id_codec import IdCodec
from ..protocol.scalars import trim
from . import object_fields, object_reader
from .object_changes import canonical_json
from .object_reader import FieldValues, ParsedFields

SERVER_FIELDS = {
    "client_hash",
    "last_login",
    "archived_at",
    *object_reader.REFERENCE_COLUMNS.values(),
    *object_fields.TIMESTAMP_KINDS,
}
CONTACT_SERVER_FIELDS = {
    "serial",
    "is_primary",
    "contact_key",
    "is_locked",
    "last_login",
    *object_fields.TIMESTAMP_KINDS,
}


class AnyIdCodec(IdCodec):
    """Accepts ids that any salt wrote. The serials in them mean nothing on this server."""

    def decode(self, text: object) -> int | None:
        return 1 if text else None


ANY_IDS = AnyIdCodec("")


def differences(raw: bytes, record: Client, account: Account) -> tuple[str, ...]:
    """Return the paths of the fields in which an object and a record differ."""
    _, parsed = object_reader.read_fields(raw, account, ANY_IDS)
    caller = translate.Caller(account, url="")
    _, own_parsed = object_reader.read_fields(
        json_codec.WIRE_ENCODER.encode(translate.client(record, caller)), account
    )
    given, shown = normalize(parsed, record, account), normalize(own_parsed, record, account)
    if "settings" in given:
        # Elsewhere a key that the object lacks is no difference. In the settings it is one.
        given["settings"] = dict.fromkeys(shown["settings"]) | given["settings"]
    return tuple(json_diff.diff_paths(given, shown))


def normalize(parsed: ParsedFields, record: Client, account: Account) -> FieldValues:
    """Return the parsed fields in normal form, without the fields that each server sets."""
    values = {k: trim_text(v) for k, v in parsed.columns.items() if k not in SERVER_FIELDS}
    if "country_id" in values:
        values["country_id"] = values["country_id"] or account.country_id
    if "archived_at" in parsed.columns:
        values["archived_at"] = parsed.columns["archived_at"] is not None
    if parsed.name is not UNSET:
        name = collapse_spaces(parsed.name) if record.is_individual else parsed.name
        values["name"] = trim_text(name)
    if parsed.classification is not UNSET:
        values["classification"] = trim_text(parsed.classification)
    if parsed.settings is not UNSET:
        values["settings"] = normalize_settings(parsed.settings)
    values |= {name: canonical_json(value) for name, value in parsed.extras.items()}
    if parsed.contacts is not UNSET:
        values["contacts"] = normalize_contacts(parsed.contacts)
    return values


def normalize_settings(text: str) -> FieldValues:
    """Return the canonical JSON of each key. A key with null counts as a missing key."""
    members = msgspec.json.decode(text, type=dict[str, Raw])
    return {key: canonical_json(value) for key, value in members.items() if bytes(value) != b"null"}


def normalize_contacts(contacts: Sequence[FieldValues]) -> list[FieldValues]:
    """Return the contacts with the primary one first.

    The first contact with the flag is the primary one. If no contact has the flag, all contacts
    are without it.
    """
    primary = next((n for n, contact in enumerate(contacts) if contact.get("is_primary")), None)
    normalized = []
    for n, contact in enumerate(contacts):
        values = {k: trim_text(v) for k, v in contact.items() if k not in CONTACT_SERVER_FIELDS}
        normalized.append(values | ({} if primary is None else {"is_primary": n == primary}))
    return sorted(normalized, key=lambda contact: not contact.get("is_primary")) or [{}]


def trim_text(value: Any) -> Any:
    return trim(value) if isinstance(value, str) else value
