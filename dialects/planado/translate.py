"""Records to wire shapes, wire shapes to commands. Pure: no clock, no store, no request.

Every reader below compares what is given with what is shown and returns only what differs, so
that an echo changes nothing and freezes nothing that was derived.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import UNSET, UnsetType

from dialects.base import shaped
from storage import (
    ChangeClient,
    Client,
    CreateClient,
    Invalid,
    LiveKey,
    NotFound,
    Problem,
    joined,
)

from . import wire
from .address import address_fields, shown_address
from .contacts import aligned, entries, line
from .errors import describe
from .scalars import write_moment

Fields = dict[str, Any]

LONGEST_NAME = 5000
LONGEST_PART = 50
LONGEST_EXTERNAL_ID = 500
MOST_CONTACTS = 100
TYPES = ("phone", "email")
PARTS = ("first_name", "last_name", "middle_name")
OTHER_KIND = {True: PARTS, False: ("organization_name",)}
"""By whether a client is an organization: the keys that only the other kind has."""


def client(record: Client) -> wire.Client:
    if not record.is_individual:
        name = shown_organization_name(record)
        return wire.Organization(name=name, organization_name=name, **common(record))
    first, last, middle = shown_parts(record)
    return wire.Individual(
        name=joined(first.strip(), last.strip(), middle.strip()),
        first_name=first or None,
        last_name=last or None,
        middle_name=middle or None,
        **common(record),
    )


def common(record: Client) -> Fields:
    return {
        "uuid": record.uuid,
        "external_id": record.external_id,
        "site_address": shown_address(record),
        "contacts": entries(record),
        "version": record.version,
        "created_at": write_moment(record.created_at),
        "updated_at": write_moment(record.updated_at),
    }


def shown_organization_name(record: Client) -> str:
    return record.organization_name or joined(*stand_in(record))


def shown_parts(record: Client) -> tuple[str, str, str]:
    first, last = read_part(record.first_name), read_part(record.last_name)
    parts = (first, last, read_part(record.middle_name))
    return parts if any(parts) else (*stand_in(record), "")


def stand_in(record: Client) -> tuple[str, str]:
    """A nameless client goes by its primary contact's names or e-mail, or by its number."""
    contact = record.primary_contact
    if contact and contact.name:
        return contact.first_name, contact.last_name
    return (contact.email if contact else "") or f"Client {record.number}", ""


def create_client(tree: Fields) -> CreateClient:
    fields, problems = creation(tree)
    if problems:
        raise Invalid(*problems)
    return CreateClient(**fields)


def creating(tree: Fields, key: LiveKey) -> Callable[[], CreateClient]:
    """What a PATCH creates when its key is unknown: a client with the key as external id.

    When the body cannot create, a key that looks like a uuid was most likely one: not found.
    """

    def create() -> CreateClient:
        fields, problems = creation(tree | {"external_id": key.external_id})
        if problems and key.uuid is not None:
            raise NotFound("client")
        if problems:
            raise Invalid(*problems)
        return CreateClient(**fields)

    return create


def creation(tree: Fields) -> tuple[Fields, list[Problem]]:
    problems: list[Problem] = []
    kind = tree.get("organization")
    foreign = OTHER_KIND[kind] if isinstance(kind, bool) else ()
    given = read(tree, foreign, problems)
    fields = new_names(given, problems)
    fields |= address_fields(given.site_address, None, problems)
    fields |= contact_fields(given.contacts, None, problems)
    if given.external_id is not UNSET and given.external_id is not None:
        check_external_id(given.external_id, problems)
        fields["external_id"] = given.external_id
    return fields, problems


def changing(tree: Fields) -> Callable[[Client], ChangeClient]:
    """What a PATCH changes, decided on the record as it is when it is written."""

    def change(record: Client) -> ChangeClient:
        problems: list[Problem] = []
        is_organization = not record.is_individual
        given = read(tree, (*OTHER_KIND[is_organization], "external_id"), problems)
        if given.organization is not UNSET and given.organization is not is_organization:
            problems.append(Problem(("organization",), "cannot be changed"))
        fields = changed_names(given, record, problems)
        fields |= address_fields(given.site_address, record, problems)
        fields |= contact_fields(given.contacts, record, problems)
        if problems:
            raise Invalid(*problems)
        return ChangeClient(**fields)

    return change


def read(tree: Fields, unread: Iterable[str], problems: list[Problem]) -> wire.ClientInput:
    """The body in shape; of keys that have no say here, not even the type is looked at."""
    heard = {key: value for key, value in tree.items() if key not in unread}
    return shaped(heard, wire.ClientInput, describe, problems)


def new_names(given: wire.ClientInput, problems: list[Problem]) -> Fields:
    if given.organization is UNSET:
        add_missing("organization", problems)
        return {}
    if given.organization:
        if given.organization_name is UNSET:
            add_missing("organization_name", problems)
            return {}
        check_organization_name(given.organization_name, problems)
        return {"classification": "", "organization_name": given.organization_name}
    parts = {part: read_part(getattr(given, part)) for part in PARTS}
    check_parts(parts, dict.fromkeys(PARTS, ""), problems)
    return {"classification": "individual", **parts}


def add_missing(field: str, problems: list[Problem]) -> None:
    """Unless the field was given, with a value of a wrong type."""
    if not any(problem.path == (field,) for problem in problems):
        problems.append(Problem((field,), "is missing"))


def changed_names(given: wire.ClientInput, record: Client, problems: list[Problem]) -> Fields:
    if not record.is_individual:
        name = given.organization_name
        if name is UNSET or name == shown_organization_name(record):
            return {}
        check_organization_name(name, problems)
        return {"organization_name": name}
    shown = dict(zip(PARTS, shown_parts(record), strict=True))
    told = {part: getattr(given, part) for part in PARTS if getattr(given, part) is not UNSET}
    parts = shown | {part: read_part(text) for part, text in told.items()}
    if parts == shown:
        return {}
    check_parts(parts, shown, problems)
    return {"classification": "individual", **parts}


def read_part(text: Any) -> str:
    """A part of a name; blank is as good as none."""
    return text if isinstance(text, str) and text.strip() else ""


def check_parts(parts: Fields, shown: Fields, problems: list[Problem]) -> None:
    for part in PARTS:
        if parts[part] != shown[part]:
            check_length((part,), parts[part], LONGEST_PART, problems)
    if not any(parts.values()):
        names = ", ".join(PARTS)
        problems.append(Problem((PARTS[0],), f"at least one of {names} must be filled"))


def check_organization_name(name: str, problems: list[Problem]) -> None:
    if not name.strip():
        problems.append(Problem(("organization_name",), "must be filled"))
    check_length(("organization_name",), name, LONGEST_NAME, problems)


def check_external_id(external_id: str, problems: list[Problem]) -> None:
    if not external_id.strip():
        problems.append(Problem(("external_id",), "must be filled"))
    check_length(("external_id",), external_id, LONGEST_EXTERNAL_ID, problems)


def check_length(path: tuple[str, ...], text: str, longest: int, problems: list[Problem]) -> None:
    if len(text) > longest:
        problems.append(Problem(path, f"size cannot be greater than {longest}"))


def contact_fields(
    given: list[wire.ContactInput] | UnsetType, record: Client | None, problems: list[Problem]
) -> Fields:
    """What a given list changes; entries without a value are left out, as live callers need."""
    if given is UNSET:
        return {}
    for n, entry in enumerate(given):
        if entry.type not in TYPES:
            words = f"must be one of: {', '.join(TYPES)}"
            problems.append(Problem(("contacts", n, "type"), words))
    told = [line(entry) for entry in given if entry.value.strip()]
    if record and told == [line(entry) for entry in entries(record)]:
        return {}
    if len(told) > MOST_CONTACTS:
        problems.append(Problem(("contacts",), f"size cannot be greater than {MOST_CONTACTS}"))
    if problems:
        return {}
    phone, rank, drafts = aligned(record, told)
    return {"phone": phone, "phone_rank": rank, "contacts": drafts}
