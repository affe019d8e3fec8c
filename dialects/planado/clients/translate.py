"""Records to wire shapes, wire shapes to commands. Pure: no clock, no store, no request.

Every reader below compares what is given with what is shown and returns only what differs, so
that an echo changes nothing and freezes nothing that was derived.
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
from .service_address import changed_address, shown_address

Fields = dict[str, Any]

LONGEST_EXTERNAL_ID = 500
MOST_CONTACTS = 100
LONGEST_ENTRY = 5000
TYPES = ("phone", "email")


def client(record: Client) -> wire.Client:
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


def common_fields(record: Client) -> Fields:
    return {
        "uuid": record.uuid,
        "external_id": record.external_id,
        "site_address": shown_address(record),
        "contacts": contact_entries(record),
        "version": record.version,
        "created_at": write_moment(record.created_at),
        "updated_at": write_moment(record.updated_at),
    }


def create_client(tree: Fields) -> CreateClient:
    fields, problems = read_new_client(tree)
    if problems:
        raise Invalid(*problems)
    return CreateClient(**fields)


def create_under_key(tree: Fields, key: LiveKey) -> Callable[[], CreateClient]:
    """What a PATCH creates when its key is unknown: a client with the key as external id.

    When the body cannot create, a key that looks like a uuid was most likely one: not found.
    """

    def create() -> CreateClient:
        fields, problems = read_new_client(tree | {"external_id": key.external_id})
        if problems and key.uuid is not None:
            raise NotFound("client")
        if problems:
            raise Invalid(*problems)
        return CreateClient(**fields)

    return create


def read_new_client(tree: Fields) -> tuple[Fields, list[Problem]]:
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


def change_client(tree: Fields) -> Callable[[Client], ChangeClient]:
    """What a PATCH changes, decided on the record as it is when it is written."""

    def change(record: Client) -> ChangeClient:
        problems: list[Problem] = []
        is_organization = not record.is_individual
        given = read_input(tree, (*names.OTHER_KIND[is_organization], "external_id"), problems)
        if given.organization is not UNSET and given.organization is not is_organization:
            problems.append(Problem(("organization",), "cannot be changed"))
        fields = names.changed_names(given, record, problems)
        fields |= changed_address(given.site_address, record, problems)
        fields |= changed_contacts(given.contacts, record, problems)
        if problems:
            raise Invalid(*problems)
        return ChangeClient(**fields)

    return change


def read_input(tree: Fields, unread: Iterable[str], problems: list[Problem]) -> wire.ClientInput:
    """The body in shape; of keys that have no say here, not even the type is looked at."""
    heard = {key: value for key, value in tree.items() if key not in unread}
    return to_shape(heard, wire.ClientInput, describe_type, problems)


def check_external_id(external_id: str, problems: list[Problem]) -> None:
    if not external_id.strip():
        problems.append(Problem(("external_id",), "must be filled"))
    check_length(("external_id",), external_id, LONGEST_EXTERNAL_ID, problems)


def changed_contacts(
    given: list[wire.ContactInput] | UnsetType, record: Client | None, problems: list[Problem]
) -> Fields:
    """What a given list changes; entries without a value are left out, as live callers need."""
    if given is UNSET:
        return {}
    told = [contact_line(entry) for entry in given if entry.value.strip()]
    shown = [contact_line(entry) for entry in contact_entries(record)] if record else []
    check_entries(given, shown, problems)
    if record and told == shown:
        return {}
    if len(told) > MOST_CONTACTS:
        problems.append(Problem(("contacts",), f"size cannot be greater than {MOST_CONTACTS}"))
    if problems:
        return {}
    phone, rank, drafts = align_contacts(record, told)
    return {"phone": phone, "phone_rank": rank, "contacts": drafts}


def check_entries(
    given: list[wire.ContactInput], shown: list[ContactLine], problems: list[Problem]
) -> None:
    for n, entry in enumerate(given):
        if entry.type not in TYPES:
            words = f"must be one of: {', '.join(TYPES)}"
            problems.append(Problem(("contacts", n, "type"), words))
        if contact_line(entry) not in shown:
            check_length(("contacts", n, "value"), entry.value, LONGEST_ENTRY, problems)
            check_length(("contacts", n, "name"), entry.name or "", LONGEST_ENTRY, problems)
