"""Translation of records to wire shapes, and of wire shapes to commands.

Pure: it uses no clock, no store and no request. Each function that reads a change compares the
given value with the shown one and returns only the difference. So a client that is sent back
unchanged changes nothing, and no derived value is stored.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import UNSET, UnsetType

from dialects.base.protocol.shaping import to_shape
from storage import (
    ChangeClient,
    Client,
    CreateClient,
    Invalid,
    LiveKey,
    NotFound,
    Problem,
    join_name,
)

from ..protocol import wire
from ..protocol.messages import check_length, describe_type
from ..protocol.scalars import write_moment
from . import names
from .contacts import ContactLine, align_contacts, contact_entries, contact_line
from .names import ClientFields
from .service_address import changed_address, shown_address

MAX_EXTERNAL_ID = 500
MAX_CONTACT_ENTRIES = 100
MAX_ENTRY_TEXT = 5000
ENTRY_TYPES = ("phone", "email")


def client(record: Client) -> wire.Client:
    """Return the wire shape of a client."""
    if not record.is_individual:
        name = names.shown_name(record)
        return wire.Organization(name=name, organization_name=name, **common_fields(record))
    parts = names.shown_parts(record)
    return wire.Individual(
        name=join_name(*(part.strip() for part in parts.values())),
        first_name=parts["first_name"] or None,
        last_name=parts["last_name"] or None,
        middle_name=parts["middle_name"] or None,
        **common_fields(record),
    )


def common_fields(record: Client) -> dict[str, Any]:
    return {
        "uuid": record.uuid,
        "external_id": record.external_id,
        "site_address": shown_address(record),
        "contacts": contact_entries(record),
        "version": record.version,
        "created_at": write_moment(record.created_at),
        "updated_at": write_moment(record.updated_at),
    }


def create_client(tree: dict[str, Any]) -> CreateClient:
    """Return the command that creates a client from a body. Raise Invalid for its problems."""
    fields, problems = read_new_client(tree)
    if problems:
        raise Invalid(*problems)
    return CreateClient(**fields)


def create_under_key(tree: dict[str, Any], key: LiveKey) -> Callable[[], CreateClient]:
    """Return a function for a PATCH whose key is unknown: it creates a client with this key.

    The key becomes the external id. If the body is invalid for a new client, the function raises
    NotFound for a key that looks like a UUID, since it most likely is one, and else Invalid.
    """

    def create() -> CreateClient:
        fields, problems = read_new_client(tree | {"external_id": key.external_id})
        if problems and key.uuid is not None:
            raise NotFound("client")
        if problems:
            raise Invalid(*problems)
        return CreateClient(**fields)

    return create


def read_new_client(tree: dict[str, Any]) -> tuple[ClientFields, list[Problem]]:
    problems: list[Problem] = []
    kind = tree.get("organization")
    foreign = names.OTHER_KIND[kind] if isinstance(kind, bool) else ()
    given = read_input(tree, foreign, problems)
    fields = names.new_names(given, problems)
    fields |= changed_address(given.site_address, None, problems)
    fields |= changed_contacts(given.contacts, None, problems)
    if given.external_id is not UNSET and given.external_id is not None:
        check_external_id(given.external_id, problems)
        fields["external_id"] = given.external_id
    return fields, problems


def change_client(tree: dict[str, Any]) -> Callable[[Client], ChangeClient]:
    """Return a function that gives the change of a PATCH for a client.

    The store calls it in the transaction, with the current record. It raises Invalid.
    """

    def change(record: Client) -> ChangeClient:
        problems: list[Problem] = []
        is_organization = not record.is_individual
        given = read_input(tree, (*names.OTHER_KIND[is_organization], "external_id"), problems)
        if given.organization is not UNSET and given.organization is not is_organization:
            problems.append(Problem(("organization",), "cannot be changed"))
        contacts = changed_contacts(given.contacts, record, problems)
        fields = names.changed_names(given, record, contacts.get("contacts", UNSET), problems)
        fields |= changed_address(given.site_address, record, problems) | contacts
        if problems:
            raise Invalid(*problems)
        return ChangeClient(**fields)

    return change


def read_input(
    tree: dict[str, Any], ignored: Iterable[str], problems: list[Problem]
) -> wire.ClientInput:
    """Return the body as a shape. Of ignored keys not even the type is checked."""
    known = {key: value for key, value in tree.items() if key not in ignored}
    return to_shape(known, wire.ClientInput, describe_type, problems)


def check_external_id(external_id: str, problems: list[Problem]) -> None:
    if not external_id.strip():
        problems.append(Problem(("external_id",), "must be filled"))
    check_length(("external_id",), external_id, MAX_EXTERNAL_ID, problems)


def changed_contacts(
    given: list[wire.ContactInput] | UnsetType, record: Client | None, problems: list[Problem]
) -> ClientFields:
    """Return the fields that a given list of contacts changes.

    Entries without a value are left out: live integrations send them.
    """
    if given is UNSET:
        return {}
    lines = [contact_line(entry) for entry in given if entry.value.strip()]
    shown = [contact_line(entry) for entry in contact_entries(record)] if record else []
    check_entries(given, shown, problems)
    if record and lines == shown:
        return {}
    if len(lines) > MAX_CONTACT_ENTRIES:
        words = f"size cannot be greater than {MAX_CONTACT_ENTRIES}"
        problems.append(Problem(("contacts",), words))
    if problems:
        return {}
    phone, rank, drafts = align_contacts(record, lines)
    return {"phone": phone, "phone_rank": rank, "contacts": drafts}


def check_entries(
    given: list[wire.ContactInput], shown: list[ContactLine], problems: list[Problem]
) -> None:
    for n, entry in enumerate(given):
        if entry.type not in ENTRY_TYPES:
            words = f"must be one of: {', '.join(ENTRY_TYPES)}"
            problems.append(Problem(("contacts", n, "type"), words))
        if contact_line(entry) not in shown:
            check_length(("contacts", n, "value"), entry.value, MAX_ENTRY_TEXT, problems)
            check_length(("contacts", n, "name"), entry.name or "", MAX_ENTRY_TEXT, problems)
