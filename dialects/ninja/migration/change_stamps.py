"""What differs whenever a client has been changed at another server of this API."""

from hashlib import blake2b

from msgspec import UNSET, Struct, structs

from dialects.base.migration import lenient_json
from dialects.base.protocol import json_codec

from ..protocol.scalars import text_of
from . import object_shapes

DIGEST_SIZE = 8


def change_stamp_of_json(raw: bytes) -> str:
    given, _ = lenient_json.read_object(raw, object_shapes.Client)
    return change_stamp(given)


def change_stamp(given: object_shapes.Client) -> str:
    """The second of the last change, and a digest of what is read but for links: two changes may
    fall into one second, and a server may get another address."""
    contacts = given.contacts or UNSET
    if contacts is not UNSET:
        contacts = [structs.replace(contact, link=UNSET) for contact in contacts]
    read = structs.replace(given, contacts=contacts, documents=UNSET, group_settings=UNSET)
    return f"{text_of(given.updated_at)}-{digest(read)}"


def digest(read: Struct) -> str:
    return blake2b(json_codec.ENCODER.encode(read), digest_size=DIGEST_SIZE).hexdigest()
