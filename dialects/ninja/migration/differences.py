"""Compares an object of this API with a record.

1. Write the record as an object of this API.
2. Read both objects, and bring the parsed fields of both into a normal form, without the fields
   that each server sets.
3. Pair the contacts: the original shows all but the primary one in no order.
4. Take a text that the original has shortened for the whole text.
5. Name the fields in which the two normal forms differ.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw

from dialects.base.migration import json_diff
from dialects.base.migration.canonical_json import canonical_json
from storage import Account, Client, collapse_spaces

from ..protocol.id_codec import IdCodec
from ..protocol.scalars import trim
from . import contact_pairs, kept_texts, object_fields, object_reader
from .contact_pairs import ContactPair
from .field_groups import own_object
from .object_reader import FieldValues, ParsedFields
from .object_settings import own_settings, settings_members

SERVER_FIELDS = {
    "client_hash",
    "last_login",
    "archived_at",
    *object_reader.REFERENCE_COLUMNS.values(),
    *object_fields.TIMESTAMP_KINDS,
}


class AnyIdCodec(IdCodec):
    """Accepts ids that any salt wrote. The serials in them mean nothing on this server."""

    def decode(self, text: object) -> int | None:
        return 1 if text else None


ANY_IDS = AnyIdCodec("")


class Comparison(NamedTuple):
    """The paths of the fields that differ, and of the texts that the original has shortened."""

    fields: tuple[str, ...]
    shortened: tuple[str, ...]


def differences(raw: bytes, record: Client, account: Account) -> tuple[str, ...]:
    """Return the paths of the fields in which an object and a record differ."""
    return compare_object(raw, record, account).fields


def shortened_fields(raw: bytes, record: Client, account: Account) -> tuple[str, ...]:
    """Return the paths of the record's texts of which the object has what the original keeps."""
    if not kept_texts.shortened_texts(record):
        return ()
    return compare_object(raw, record, account).shortened


def compare_object(raw: bytes, record: Client, account: Account) -> Comparison:
    """Compare the normal forms of an object and of a record as an object."""
    _, parsed = object_reader.read_fields(raw, account, ANY_IDS)
    own_members = own_object(record, account)
    if parsed.settings is not UNSET:
        own_members["settings"] = Raw(own_settings(parsed.settings, record, account).encode())
    own = msgspec.json.encode(own_members)
    _, own_parsed = object_reader.read_fields(own, account)
    given, shown = normalize(parsed, record), normalize(own_parsed, record)
    if "settings" in given:
        # Elsewhere a key that the object lacks is no difference. In the settings it is one.
        given["settings"] = dict.fromkeys(shown["settings"]) | given["settings"]
    shortened: list[str] = []
    given = with_whole_texts(given, shown, kept_texts.CLIENT_LENGTHS, "", shortened)
    if parsed.contacts is not UNSET and own_parsed.contacts is not UNSET:
        pairs = contact_pairs.pair_contacts(parsed.contacts, own_parsed.contacts)
        given["contacts"] = [whole_contact(n, pair, shortened) for n, pair in enumerate(pairs)]
        shown["contacts"] = [pair.shown for pair in pairs]
    return Comparison(tuple(json_diff.diff_paths(given, shown)), tuple(shortened))


def whole_contact(n: int, pair: ContactPair, shortened: list[str]) -> FieldValues | None:
    """Return the given contact of a pair, with our texts where it has only what is kept of them."""
    if pair.given is None or pair.shown is None:
        return pair.given
    lengths, path = kept_texts.CONTACT_LENGTHS, f"contacts[{n}]."
    return with_whole_texts(pair.given, pair.shown, lengths, path, shortened)


def with_whole_texts(
    given: FieldValues,
    shown: FieldValues,
    lengths: Mapping[str, int],
    path: str,
    shortened: list[str],
) -> FieldValues:
    """Return the given values with our text where they have what the original keeps of it.

    The paths of these texts are added to `shortened`.
    """
    names = [
        name
        for name, length in lengths.items()
        if name in given
        and given[name] != shown.get(name)
        and kept_texts.is_kept(name, length, given[name], shown.get(name))
    ]
    shortened += [f"{path}{name}" for name in names]
    return given | {name: shown[name] for name in names}


def normalize(parsed: ParsedFields, record: Client) -> FieldValues:
    """Return the parsed fields in normal form, without contacts and what each server sets."""
    values = {k: trim_text(v) for k, v in parsed.columns.items() if k not in SERVER_FIELDS}
    if "archived_at" in parsed.columns:
        values["archived_at"] = parsed.columns["archived_at"] is not None
    if parsed.name is not UNSET:
        name = collapse_spaces(parsed.name) if record.is_individual else parsed.name
        values["name"] = trim_text(name)
    if parsed.classification is not UNSET:
        values["classification"] = trim_text(parsed.classification)
    if parsed.settings is not UNSET:
        values["settings"] = settings_members(parsed.settings)
    return values | {name: canonical_json(bytes(value)) for name, value in parsed.extras.items()}


def trim_text(value: Any) -> Any:
    return trim(value) if isinstance(value, str) else value
