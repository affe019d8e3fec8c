"""The names of both kinds: an organization's one, a person's three, or borrowed ones.

A nameless client is shown under the names or the e-mail that a contact lends it, or its number.
"""

from typing import Any

from msgspec import UNSET

from storage import Client, Problem, join_name

from ..protocol import wire
from ..protocol.messages import check_length

Fields = dict[str, Any]

LONGEST_NAME = 5000
LONGEST_PART = 50
PARTS = ("first_name", "last_name", "middle_name")
OTHER_KIND = {True: PARTS, False: ("organization_name",)}
"""By whether a client is an organization: the keys that only the other kind has."""


def shown_name(record: Client) -> str:
    return blank_to_empty(record.organization_name) or join_name(*fallback_names(record))


def shown_parts(record: Client) -> Fields:
    own = [blank_to_empty(getattr(record, part)) for part in PARTS]
    parts = own if any(own) else [*fallback_names(record), ""]
    return dict(zip(PARTS, parts, strict=True))


def fallback_names(record: Client) -> tuple[str, str]:
    giver = record.fallback_contact
    if giver is None:
        return f"Client {record.number}", ""
    first, last = blank_to_empty(giver.first_name), blank_to_empty(giver.last_name)
    return (first, last) if first or last else (giver.email, "")


def new_names(given: wire.ClientInput, problems: list[Problem]) -> Fields:
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


def changed_names(given: wire.ClientInput, record: Client, problems: list[Problem]) -> Fields:
    """What differs from the shown names. One part that differs takes the shown others along, so
    that a person reads back as sent; a borrowed name that comes back as it was stays borrowed."""
    if not record.is_individual:
        return changed_name(given, record, problems)
    shown = shown_parts(record)
    parts = shown | given_parts(given)
    if parts == shown:
        return {}
    check_parts(parts, shown, problems)
    return {"classification": "individual", **parts}


def changed_name(given: wire.ClientInput, record: Client, problems: list[Problem]) -> Fields:
    name = given.organization_name
    if name is UNSET or name == shown_name(record):
        return {}
    check_name(name, problems)
    return {"organization_name": name}


def given_parts(given: wire.ClientInput) -> Fields:
    told = {part: getattr(given, part) for part in PARTS}
    return {part: blank_to_empty(text or "") for part, text in told.items() if text is not UNSET}


def blank_to_empty(text: str) -> str:
    """Blank is as good as none."""
    return text if text.strip() else ""


def add_missing(field: str, problems: list[Problem]) -> None:
    """Unless the field was given, with a value of a wrong type."""
    if not any(problem.path == (field,) for problem in problems):
        problems.append(Problem((field,), "is missing"))


def check_parts(parts: Fields, shown: Fields, problems: list[Problem]) -> None:
    for part in PARTS:
        if parts[part] != shown[part]:
            check_length((part,), parts[part], LONGEST_PART, problems)
    if not any(parts.values()):
        words = f"at least one of {', '.join(PARTS)} must be filled"
        problems.append(Problem((PARTS[0],), words))


def check_name(name: str, problems: list[Problem]) -> None:
    if not blank_to_empty(name):
        problems.append(Problem(("organization_name",), "must be filled"))
    check_length(("organization_name",), name, LONGEST_NAME, problems)
