"""Turns objects of this API into commands, and records into objects of this API.

The objects are those in files and in the lists of other servers. `CODEC` is the room's public face
for objects; `REMOTE` in `remote_api.py` is the one for requests.
"""

from functools import partial
from typing import Any

from msgspec import UNSET

from dialects.base.migration.object_codec import ObjectCodec, ParsedObject, constantly
from dialects.base.protocol import json_codec
from storage import Account, Client, ImportClient, ImportContact, is_individual

from ..clients import names, translate
from ..protocol import wire
from ..protocol.id_codec import id_codec
from ..protocol.scalars import text_of
from . import object_changes, object_reader, object_shapes
from .change_stamps import change_stamp
from .column_reader import read_columns
from .field_groups import GROUPS
from .kept_texts import shortened_fields
from .losses import losses


def id_of(record: Client, account: Account) -> str:
    """Return the hashid of a client."""
    return id_codec(account.hash_salt).encode(record.serial)


def serial_of(foreign_id: str, account: Account) -> int | None:
    """Return the serial in a hashid, None if another salt wrote it."""
    return id_codec(account.hash_salt).decode(foreign_id)


def read_object(raw: bytes, account: Account) -> ParsedObject:
    """Parse one object. Raises Invalid and ForeignSaltId as `ObjectCodec` says."""
    given, parsed = object_reader.read_fields(raw, account)
    return ParsedObject(
        foreign_id=text_of(given.id),
        stamp=change_stamp(given),
        updated_at=parsed.updated_at,
        label=object_label(given),
        full_command=constantly(import_command(parsed)),
        change_command=partial(object_changes.change_client, parsed=parsed, account=account),
        losses=parsed.losses,
        groups=parsed.groups,
    )


def object_label(given: object_shapes.Client) -> str:
    name = text_of(given.name) or text_of(given.display_name)
    return f"{text_of(given.number)} {name}".strip()


def import_command(parsed: object_reader.ParsedFields) -> ImportClient:
    """Return the command for a client that is not in the store."""
    name = "" if parsed.name is UNSET else parsed.name
    classification = "" if parsed.classification is UNSET else parsed.classification
    fields: dict[str, Any] = parsed.columns | names.stored_names(
        name, is_individual=is_individual(classification, name)
    )
    if extras := object_changes.encode_extras(wire.Extras(**parsed.extras)):
        fields["extras"] = extras
    if parsed.contacts is not UNSET:
        fields["contacts"] = tuple(ImportContact(**contact) for contact in parsed.contacts)
    fields |= {
        "serial": parsed.serial,
        "classification": classification,
        "settings": parsed.settings,
    }
    return ImportClient(**fields)


def write_object(record: Client, account: Account) -> bytes:
    """Return the JSON of a client as this API shows it, with links that have no host."""
    caller = translate.Caller(account, url="")
    return json_codec.WIRE_ENCODER.encode(translate.client(record, caller))


SALT_ADVICE = (
    "Old ids only go on working under the salt that wrote them (HASH_SALT in that server's .env):"
    " make an account with it, `gateway account create NAME --hash-salt SALT`, and use that one."
)

CODEC = ObjectCodec(
    id_of=id_of,
    serial_of=serial_of,
    read_object=read_object,
    read_columns=read_columns,
    write_object=write_object,
    shortened_fields=shortened_fields,
    losses=losses,
    groups=GROUPS,
    salt_advice=SALT_ADVICE,
)
