"""Turns objects of this API into commands, and records into objects of this API.

The objects are those in files and in the lists of other servers. `CODEC` is the room's public face
for objects; `REMOTE` in `remote_api.py` is the one for requests.
"""

from functools import partial

from msgspec import UNSET

from dialects.base.migration.object_codec import ObjectCodec, ParsedObject, constantly
from dialects.base.protocol import json_codec
from storage import Account, Client, ImportClient

from ..clients import translate
from . import object_reader
from .field_groups import GROUPS
from .losses import losses
from .object_changes import address_change, change_client, contacts_change, new_names
from .object_reader import ParsedFields


def id_of(record: Client, _account: Account) -> str:
    """Return the uuid of a client."""
    return str(record.uuid)


def read_object(raw: bytes, _account: Account) -> ParsedObject:
    """Parse one object. Raises Invalid for an object that is no client."""
    parsed = object_reader.read_fields(raw)
    return ParsedObject(
        foreign_id=str(parsed.uuid),
        stamp="" if parsed.version is UNSET else str(parsed.version),
        updated_at=None if parsed.updated_at is UNSET else parsed.updated_at,
        label=parsed.label,
        full_command=constantly(import_command(parsed)),
        change_command=partial(change_client, parsed=parsed),
        losses=parsed.losses,
    )


def import_command(parsed: ParsedFields) -> ImportClient:
    """Return the command for a client that is not in the store."""
    return ImportClient(
        uuid=parsed.uuid,
        external_id=parsed.external_id,
        version=parsed.version,
        created_at=parsed.created_at,
        updated_at=parsed.updated_at,
        **new_names(parsed),
        **address_change(parsed, None),
        **contacts_change(parsed, None),
    )


def write_object(record: Client, _account: Account) -> bytes:
    """Return the JSON of a client as this API shows it."""
    return json_codec.WIRE_ENCODER.encode(translate.client(record))


def is_listed(record: Client) -> bool:
    """Whether the API's lists show the client: they leave out deleted clients."""
    return not record.is_deleted


CODEC = ObjectCodec(
    id_of=id_of,
    read_object=read_object,
    write_object=write_object,
    losses=losses,
    groups=GROUPS,
    is_listed=is_listed,
)
