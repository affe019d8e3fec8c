"""Translations of clients: records to wire shapes, inputs to commands.

Pure: no clock, no store, no request.
"""

from collections.abc import Callable, Container, Mapping
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from dialects.base.protocol.shaping import to_shape
from storage import (
    EPOCH,
    Account,
    ChangeClient,
    Client,
    Contact,
    CreateClient,
    Document,
    Group,
    Invalid,
    Problem,
)

from ..protocol import wire
from ..protocol.id_codec import IdCodec, id_codec
from ..protocol.input_tree import InputTree
from ..protocol.messages import WRONG_LOGO, describe_type
from ..protocol.scalars import write_amount, write_id, write_moment
from . import (
    contacts,
    field_rules,
    names,
    number_pattern,
    service_address,
    settings as client_settings,
)

MASK = "**********"
NO_EXTRAS = wire.Extras()
EMPTY_RELATIONS = ("activities", "ledger", "system_logs")


class Caller(Struct, frozen=True):
    """The caller of a request: its account, and the URL by which it reaches this server."""

    account: Account
    url: str

    @property
    def id_codec(self) -> IdCodec:
        return id_codec(self.account.hash_salt)


def client(record: Client, caller: Caller) -> wire.Client:
    """Return a client as this API shows it to the caller."""
    write = caller.id_codec.encode
    ship = service_address.shown_address(record)
    extras = extras_of(record)
    return wire.Client(
        id=write(record.serial),
        user_id=write(record.user_serial),
        assigned_user_id=write(record.assigned_user_serial),
        name=record.name,
        website=record.website,
        private_notes=record.private_notes,
        balance=write_amount(record.balance),
        group_settings_id=write(record.group_serial),
        paid_to_date=write_amount(record.paid_to_date),
        payment_balance=write_amount(record.payment_balance),
        credit_balance=write_amount(record.credit_balance),
        last_login=write_moment(record.last_login),
        size_id=write_id(record.size_id),
        public_notes=record.public_notes,
        client_hash=record.client_hash,
        address1=record.address1,
        address2=record.address2,
        phone=record.phone,
        city=record.city,
        state=record.state,
        postal_code=record.postal_code,
        country_id=write_id(record.country_id),
        industry_id=write_id(record.industry_id),
        custom_value1=record.custom_value1,
        custom_value2=record.custom_value2,
        custom_value3=record.custom_value3,
        custom_value4=record.custom_value4,
        shipping_address1=ship.address1,
        shipping_address2=ship.address2,
        shipping_city=ship.city,
        shipping_state=ship.state,
        shipping_postal_code=ship.postal_code,
        shipping_country_id=write_id(ship.country_id),
        settings=client_settings.shown_settings(record, caller.account),
        is_deleted=record.is_deleted,
        vat_number=record.vat_number,
        id_number=record.id_number,
        updated_at=write_moment(record.updated_at),
        archived_at=write_moment(record.archived_at),
        created_at=write_moment(record.created_at),
        display_name=names.display_name(record),
        number=record.number,
        has_valid_vat_number=record.has_valid_vat_number,
        is_tax_exempt=record.is_tax_exempt,
        routing_id=record.routing_id,
        tax_info=extras.tax_info,
        classification=record.classification,
        e_invoice=extras.e_invoice,
        contacts=[contact(c, caller) for c in record.contacts],
        documents=[document(d, caller) for d in record.documents],
        gateway_tokens=extras.gateway_tokens,
    )


def contact(record: Contact, caller: Caller) -> wire.Contact:
    """Return a contact as this API shows it. A password is shown as asterisks."""
    return wire.Contact(
        id=caller.id_codec.encode(record.serial),
        first_name=record.first_name,
        last_name=record.last_name,
        email=record.email,
        created_at=write_moment(record.created_at),
        updated_at=write_moment(record.updated_at),
        archived_at=0,
        is_primary=record.is_primary,
        is_locked=record.is_locked,
        phone=record.phone,
        custom_value1=record.custom_value1,
        custom_value2=record.custom_value2,
        custom_value3=record.custom_value3,
        custom_value4=record.custom_value4,
        contact_key=record.contact_key,
        send_email=record.send_email,
        last_login=write_moment(record.last_login),
        password=MASK if record.password_hash else "",
        link=f"{caller.url}/client/key_login/{record.contact_key}",
    )


def document(record: Document, caller: Caller) -> wire.Document:
    """Return a document as this API shows it, with the URL of its file."""
    write = caller.id_codec.encode
    return wire.Document(
        id=write(record.serial),
        user_id=write(record.user_serial),
        assigned_user_id="",
        project_id="",
        vendor_id="",
        url=f"{caller.url}/api/v1/documents/{write(record.serial)}/download",
        preview="",
        name=record.name,
        type=record.type,
        disk="public",
        hash=record.hash,
        size=record.size,
        width=record.width,
        height=record.height,
        is_default=False,
        updated_at=write_moment(record.updated_at),
        archived_at=0,
        created_at=write_moment(record.created_at),
        is_deleted=False,
        is_public=record.is_public,
        link=f"/clients/{write(record.client_serial)}",
    )


def blank_client(caller: Caller, client_hash: str) -> wire.Client:
    """Return the client that a form for a new one starts with.

    All fields have their defaults, the id is empty, and there are no contacts.
    """
    record = Client(
        uuid=UUID(int=0),
        serial=0,
        number="",
        created_at=EPOCH,
        updated_at=EPOCH,
        user_serial=caller.account.owner_serial,
        client_hash=client_hash,
        settings=client_settings.blank_settings(),
    )
    wire_client = client(record, caller)
    wire_client.id = ""
    return wire_client


def outline(record: Client, caller: Caller) -> wire.Client:
    """Return a client as lists for pickers show it: names, numbers, contacts and documents.

    All other fields are empty.
    """
    wire_client = blank_client(caller, client_hash="")
    wire_client.id = caller.id_codec.encode(record.serial)
    wire_client.user_id = ""
    wire_client.name = record.name
    wire_client.display_name = names.display_name(record)
    wire_client.number = record.number
    wire_client.id_number = record.id_number
    wire_client.settings = msgspec.Raw(b"{}")
    wire_client.contacts = [contact(c, caller) for c in record.contacts]
    wire_client.documents = [document(d, caller) for d in record.documents]
    return wire_client


def add_empty_relations(shown: list[wire.Client], relations: Container[str]) -> None:
    """Show the relations of invoices and mails that a request includes: there are none here."""
    for name in EMPTY_RELATIONS:
        if name in relations:
            for wire_client in shown:
                setattr(wire_client, name, [])


def extras_of(record: Client) -> wire.Extras:
    """Return the fields of a client that only this API has."""
    text = record.extras.get("ninja")
    return msgspec.json.decode(text, type=wire.Extras) if text else NO_EXTRAS


def joined_group(tree: InputTree, caller: Caller) -> list[int]:
    """Return the serial of the group that an input names; empty if it names none."""
    serial = caller.id_codec.decode(tree.get("group_settings_id"))
    return [] if serial is None else [serial]


def create_client(
    tree: InputTree,
    caller: Caller,
    hashes: contacts.PasswordHashes,
    groups: Mapping[int, Group],
    logo: str = "",
) -> CreateClient:
    """Return the command for a new client. Raises Invalid for input that cannot be stored.

    `groups` has the group that the client joins, if it exists. Its currency overrides that of the
    account.
    `logo` is the address of the logo that was sent with it. One that is no file is ignored.
    """
    problems: list[Problem] = []
    given = structs.replace(read_client_input(tree, problems), company_logo=logo)
    values = field_rules.changed_fields(given, None, caller.id_codec, problems)
    field_rules.check_group(values, groups, problems)
    values |= names.changed_names(given, None, problems)
    values |= service_address.changed_address(given, None, problems)
    values |= {
        "settings": client_settings.new_settings(given, caller.account, groups.values(), problems)
    }
    values |= contacts.changed_contacts(given.contacts, None, caller.id_codec, hashes, problems)
    if problems:
        raise Invalid(*problems)
    values |= number_pattern.number_rule(values, None, caller.account.owner_serial)
    return CreateClient(**values)


def change_client(
    tree: InputTree,
    caller: Caller,
    hashes: contacts.PasswordHashes,
    groups: Container[int] = (),
    logo: str = "",
) -> Callable[[Client], ChangeClient]:
    """Return the change of a PUT to a client, for the transaction that writes it.

    `groups` is as for a new client. The change raises Invalid for input that cannot be stored. A
    logo that is no file cannot.
    """
    type_problems = [Problem(("company_logo",), WRONG_LOGO)] if "company_logo" in tree else []
    given = structs.replace(read_client_input(tree, type_problems), company_logo=logo)

    def change(record: Client) -> ChangeClient:
        problems = list(type_problems)
        values = field_rules.changed_fields(given, record, caller.id_codec, problems)
        field_rules.check_group(values, groups, problems)
        values |= names.changed_names(given, record, problems)
        values |= service_address.changed_address(given, record, problems)
        values |= client_settings.changed_settings(given, record, caller.account, problems)
        ids = caller.id_codec
        values |= contacts.changed_contacts(given.contacts, record, ids, hashes, problems)
        if problems:
            raise Invalid(*problems)
        values |= number_pattern.number_rule(values, record, record.user_serial)
        return ChangeClient(**values)

    return change


def read_client_input(tree: InputTree, problems: list[Problem]) -> wire.ClientInput:
    """Return the input as a wire shape; values of a wrong type add problems and are left out."""
    return field_rules.with_country(to_shape(tree, wire.ClientInput, describe_type, problems))
