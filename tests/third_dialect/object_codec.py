"""Cards as they stand in files and in other servers' lists, to records and back."""

from uuid import UUID

import msgspec
from msgspec import UNSET

from dialects.base.migration.field_groups import simple_groups
from dialects.base.migration.losses import Loss, make_loss
from dialects.base.migration.object_codec import ObjectCodec, ParsedObject, constantly
from storage import Account, Client, ImportClient, ImportContact, Invalid, Problem

from . import wire


def id_of(record: Client, _account: Account) -> str:
    return str(record.uuid)


def parse_card(raw: bytes) -> wire.Card:
    """Raises Invalid for what is no card."""
    try:
        return msgspec.json.decode(raw, type=wire.Card)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem((), f"is no card: {error}")) from error


def read_object(raw: bytes, _account: Account) -> ParsedObject:
    card = parse_card(raw)
    return ParsedObject(
        foreign_id=card.id,
        stamp=str(card.version),
        updated_at=None,
        label=card.organization or card.person or card.mail,
        full_command=constantly(import_command(card)),
        change_command=lambda record: change_command(record, card),
    )


def import_command(card: wire.Card) -> ImportClient:
    first, _, last = card.person.partition(" ")
    contacts = (ImportContact(email=card.mail, is_primary=True),) if card.mail else UNSET
    return ImportClient(
        uuid=UUID(card.id),
        organization_name=card.organization,
        first_name=first,
        last_name=last,
        contacts=contacts,
    )


def change_command(record: Client, card: wire.Card) -> ImportClient:
    if card.organization == wire.card(record).organization:
        return ImportClient()
    return ImportClient(organization_name=card.organization)


def write_object(record: Client, _account: Account) -> bytes:
    return msgspec.json.encode(wire.card(record))


def losses(record: Client) -> tuple[Loss, ...]:
    return (make_loss("city", record.city),) if record.city else ()


CODEC = ObjectCodec(
    id_of=id_of,
    read_object=read_object,
    write_object=write_object,
    losses=losses,
    groups=simple_groups(("organization", "person", "mail"), write_object),
)
