"""Names of clients: one name of an organization, three parts of a person's name.

A client without a name is shown under a fallback: the name or the e-mail of a contact, or the
client's number.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from storage import Client, Contact, ContactDraft, Problem, join_name

from ..protocol import wire
from ..protocol.messages import check_length

ClientFields = dict[str, Any]
"""Fields of a command that creates or changes a client, by name."""

MAX_NAME = 5000
MAX_NAME_PART = 50
PARTS = ("first_name", "last_name", "middle_name")
OTHER_KIND = {True: PARTS, False: ("organization_name",)}
"""Keys that only the other kind of client has; True for an organization, False for a person."""


def shown_name(record: Client) -> str:
    """Return the name that an organization is shown under."""
    return blank_to_empty(record.organization_name) or join_name(*fallback_names(record))


def shown_parts(record: Client) -> ClientFields:
    """Return the parts of the name that a person is shown under."""
    parts = [blank_to_empty(getattr(record, part)) for part in PARTS]
    parts = parts if any(parts) else [*fallback_names(record), ""]
    return dict(zip(PARTS, parts, strict=True))


def fallback_names(record: Client) -> tuple[str, str]:
    return borrowed_names(record, record.contacts)


def borrowed_names(record: Client, contacts: Sequence[Contact | ContactDraft]) -> tuple[str, str]:
    """Return the first and last name that a client without a name has with these contacts.

    The primary contact comes first, whatever its place.
    """
    primary = next((n for n, contact in enumerate(contacts) if contact.is_primary), 0)
    for contact in (
        *contacts[primary : primary + 1],
        *contacts[:primary],
        *contacts[primary + 1 :],
    ):
        first, last = blank_to_empty(contact.first_name), blank_to_empty(contact.last_name)
        if first or last:
            return first, last
        if contact.email.strip():
            return contact.email, ""
    return f"Client {record.number}", ""


def keeps_fallback(record: Client, contacts: Sequence[ContactDraft] | UnsetType) -> bool:
    """Whether the fallback names stay the same, if a change sets these contacts."""
    return contacts is UNSET or fallback_names(record) == borrowed_names(record, contacts)


def new_names(given: wire.ClientInput, problems: list[Problem]) -> ClientFields:
    """Return the name fields of a new client. Missing and invalid names add problems."""
    if given.organization is UNSET:
        add_missing("organization", problems)
        return {}
    if given.organization:
        if given.organization_name is UNSET:
            add_missing("organization_name", problems)
            return {}
        check_name(given.organization_name, problems)
        return {"classification": "", "organization_name": given.organization_name}
    parts = dict.fromkeys(PARTS, "") | given_parts(given)
    check_parts(parts, dict.fromkeys(PARTS, ""), problems)
    return {"classification": "individual", **parts}


def changed_names(
    given: wire.ClientInput,
    record: Client,
    contacts: Sequence[ContactDraft] | UnsetType,
    problems: list[Problem],
) -> ClientFields:
    """Return the name fields that a change sets: none if the names are those shown.

    If one part of a person's name differs, all three parts are set, so that the person reads back
    as sent. A fallback name that comes back unchanged is not stored, unless the same change takes
    its contact away: `contacts` are the new contacts, if the change sets them.
    """
    if not record.is_individual:
        return changed_name(given, record, contacts, problems)
    shown, parts = shown_parts(record), given_parts(given)
    if not parts or (shown | parts == shown and keeps_fallback(record, contacts)):
        return {}
    check_parts(shown | parts, shown, problems)
    return {"classification": "individual", **shown, **parts}


def changed_name(
    given: wire.ClientInput,
    record: Client,
    contacts: Sequence[ContactDraft] | UnsetType,
    problems: list[Problem],
) -> ClientFields:
    name = given.organization_name
    if name is UNSET:
        return {}
    is_own = bool(blank_to_empty(record.organization_name))
    if name == shown_name(record) and (is_own or keeps_fallback(record, contacts)):
        return {}
    check_name(name, problems)
    return {"organization_name": name}


def given_parts(given: wire.ClientInput) -> ClientFields:
    texts = {part: getattr(given, part) for part in PARTS}
    return {part: blank_to_empty(text or "") for part, text in texts.items() if text is not UNSET}


def blank_to_empty(text: str) -> str:
    """Return a text without change, or an empty one if it has only white space."""
    return text if text.strip() else ""


def add_missing(field: str, problems: list[Problem]) -> None:
    """Add the problem of a missing field, unless the field was given with a wrong type."""
    if not any(problem.path == (field,) for problem in problems):
        problems.append(Problem((field,), "is missing"))


def check_parts(parts: ClientFields, shown: ClientFields, problems: list[Problem]) -> None:
    for part in PARTS:
        if parts[part] != shown[part]:
            check_length((part,), parts[part], MAX_NAME_PART, problems)
    if not any(parts.values()):
        words = f"at least one of {', '.join(PARTS)} must be filled"
        problems.append(Problem((PARTS[0],), words))


def check_name(name: str, problems: list[Problem]) -> None:
    if not blank_to_empty(name):
        problems.append(Problem(("organization_name",), "must be filled"))
    check_length(("organization_name",), name, MAX_NAME, problems)
