"""Change stamps: short texts that differ after every change of a client on another server."""

from hashlib import blake2b

from msgspec import UNSET, Struct, structs

from dialects.base.migration import lenient_json
from dialects.base.protocol import json_codec

from ..protocol.scalars import text_of
from . import object_shapes

DIGEST_SIZE = 8


def change_stamp_of_json(raw: bytes) -> str:
    """Return the change stamp of an object. Raises Invalid for text that is no JSON object."""
    given, _ = lenient_json.read_object(raw, object_shapes.Client)
    return change_stamp(given)


def change_stamp(given: object_shapes.Client) -> str:
    """Return the second of the last change and a digest of the object.

    The second alone is not enough: two changes can fall into one second. The digest leaves out
    links, because a server can get another address, and documents and the group.
    """
    contacts = given.contacts or UNSET
    if contacts is not UNSET:
        contacts = [structs.replace(contact, link=UNSET) for contact in contacts]
    digested = structs.replace(given, contacts=contacts, documents=UNSET, group_settings=UNSET)
    return f"{text_of(given.updated_at)}-{digest(digested)}"


def digest(shape: Struct) -> str:
    """Return a short hash of a shape's JSON."""
    return blake2b(json_codec.WIRE_ENCODER.encode(shape), digest_size=DIGEST_SIZE).hexdigest()
