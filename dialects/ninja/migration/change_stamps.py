"""Change stamps: short texts that differ after every change of a client on another server."""

from collections.abc import Callable
from hashlib import blake2b

import msgspec
from msgspec import UNSET, Raw, Struct, structs

from dialects.base.migration import lenient_json
from dialects.base.migration.canonical_json import canonical_json, canonical_settings
from dialects.base.protocol import json_codec

from ..protocol.scalars import text_of
from . import object_shapes

DIGEST_SIZE = 8


def change_stamp_of_json(raw: bytes) -> str:
    """Return the change stamp of an object. Raises Invalid for text that is no JSON object."""
    given, _ = lenient_json.read_object(raw, object_shapes.Client)
    return change_stamp(given)


def change_stamp(given: object_shapes.Client) -> str:
    """Return a digest of what the object says.

    It leaves out times of change: the original moves them with each write that has contacts, though
    nothing has changed. It also leaves out links, because a server can get another address, and
    documents, the group and empty settings.

    It does not depend on how the server prints the object, nor on the order of its contacts: the
    original indents a client in a list deeper than a single one, and has no order for contacts.
    """
    contacts = given.contacts or UNSET
    if contacts is not UNSET:
        contacts = [
            structs.replace(one, link=UNSET, updated_at=UNSET)
            for one in sorted(contacts, key=contact_id)
        ]
    digested = structs.replace(
        given,
        updated_at=UNSET,
        contacts=contacts,
        documents=UNSET,
        group_settings=UNSET,
        settings=canonical_raw(given.settings, canonical_settings),
        tax_info=canonical_raw(given.tax_info),
        e_invoice=canonical_raw(given.e_invoice),
        gateway_tokens=canonical_raw(given.gateway_tokens),
    )
    return digest(digested)


def contact_id(contact: object_shapes.Contact) -> str:
    return text_of(contact.id)


def canonical_raw(
    raw: object_shapes.RawJson, form: Callable[[bytes], bytes] = canonical_json
) -> object_shapes.RawJson:
    """Return raw JSON in its canonical form, or as it came if it cannot be decoded."""
    if raw is UNSET:
        return UNSET
    try:
        return Raw(form(bytes(raw)))
    except (msgspec.MsgspecError, RecursionError):
        return raw


def digest(shape: Struct) -> str:
    """Return a short hash of a shape's JSON."""
    return blake2b(json_codec.WIRE_ENCODER.encode(shape), digest_size=DIGEST_SIZE).hexdigest()
