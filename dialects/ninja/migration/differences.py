"""In which fields an object of this API and a record differ, in normal form, and without what each
server gives by itself."""

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
    *object_fields.TIMES,
}
CONTACT_SERVER_FIELDS = {
    "serial",
    "is_primary",
    "contact_key",
    "is_locked",
    "last_login",
    *object_fields.TIMES,
}


class AnyIdCodec(IdCodec):
    """Ids of a server that has a salt of its own: what they say is nothing to us."""

    def decode(self, text: object) -> int | None:
        return 1 if text else None


ANY_IDS = AnyIdCodec("")


def differences(raw: bytes, record: Client, account: Account) -> tuple[str, ...]:
    _, said = object_reader.read_fields(raw, account, ANY_IDS)
    caller = translate.Caller(account, url="")
    _, here = object_reader.read_fields(
        json_codec.ENCODER.encode(translate.client(record, caller)), account
    )
    told, shown = normalize(said, record, account), normalize(here, record, account)
    if "settings" in told:
        # A key that one of the two lacks is a difference here, as it is nowhere else.
        told["settings"] = dict.fromkeys(shown["settings"]) | told["settings"]
    return tuple(json_diff.diff_paths(told, shown))


def normalize(said: ParsedFields, record: Client, account: Account) -> FieldValues:
    told = {k: trim_text(v) for k, v in said.columns.items() if k not in SERVER_FIELDS}
    if "country_id" in told:
        told["country_id"] = told["country_id"] or account.country_id
    if "archived_at" in said.columns:
        told["archived_at"] = said.columns["archived_at"] is not None
    if said.name is not UNSET:
        name = collapse_spaces(said.name) if record.is_individual else said.name
        told["name"] = trim_text(name)
    if said.classification is not UNSET:
        told["classification"] = trim_text(said.classification)
    if said.settings is not UNSET:
        told["settings"] = normalize_settings(said.settings)
    told |= {name: canonical_json(value) for name, value in said.extras.items()}
    if said.contacts is not UNSET:
        told["contacts"] = normalize_contacts(said.contacts)
    return told


def normalize_settings(text: str) -> FieldValues:
    """Key by key; null is as good as none."""
    members = msgspec.json.decode(text, type=dict[str, Raw])
    return {key: canonical_json(value) for key, value in members.items() if bytes(value) != b"null"}


def normalize_contacts(contacts: Sequence[FieldValues]) -> list[FieldValues]:
    """The first flagged one is primary, and first; where nobody is, that is not told."""
    chosen = next((n for n, contact in enumerate(contacts) if contact.get("is_primary")), None)
    told = []
    for n, contact in enumerate(contacts):
        one = {k: trim_text(v) for k, v in contact.items() if k not in CONTACT_SERVER_FIELDS}
        told.append(one | ({} if chosen is None else {"is_primary": n == chosen}))
    return sorted(told, key=lambda contact: not contact.get("is_primary")) or [{}]


def trim_text(value: Any) -> Any:
    return trim(value) if isinstance(value, str) else value
