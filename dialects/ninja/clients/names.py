"""The name of a client: one field here, but in the record an organization's or a person's name.

A person's name has three parts in the record.
"""

from typing import Any

from msgspec import UNSET

from storage import Client, Problem, collapse_spaces, split_name

from ..protocol import wire
from .field_rules import read_classification, read_if_changed, read_name


def display_name(record: Client) -> str:
    """Return the name of a client, or else the name or the e-mail of its fallback contact."""
    if record.name:
        return record.name
    contact = record.fallback_contact
    if contact is None:
        return "No Contact Set"
    # The blank stays if one of the names is missing, as in the original.
    return f"{contact.first_name} {contact.last_name}" if contact.name.strip() else contact.email


def changed_names(
    given: wire.ClientInput, record: Client | None, problems: list[Problem]
) -> dict[str, Any]:
    """Return the columns that change if the name or the classification changes.

    A changed name goes to the columns of the client's kind, organization or individual. If the
    kind changes, the name moves to the columns of the new kind.
    """
    shown_name, kind = (record.name, record.classification) if record else ("", "")
    name = read_if_changed(("name",), given.name, shown_name, read_name, problems)
    classification = read_if_changed(
        ("classification",), given.classification, kind, read_classification, problems
    )
    was_individual = record.is_individual if record else True
    if name is not UNSET and same_name(name, shown_name, is_individual=was_individual):
        name = UNSET
    if name is UNSET and classification is UNSET:
        return {}
    new_name = shown_name if name is UNSET else name
    new_kind = kind if classification is UNSET else classification
    is_individual = new_kind == "individual" or not (new_kind or new_name)
    if name is UNSET and is_individual == was_individual:
        return {"classification": new_kind}
    return {"classification": new_kind} | stored_names(new_name, is_individual=is_individual)


def same_name(given: str, shown: str, *, is_individual: bool) -> bool:
    """Return whether two names are equal. In the name of an individual, runs of blanks are one."""
    return given == shown or (is_individual and collapse_spaces(given) == collapse_spaces(shown))


def stored_names(new_name: str, *, is_individual: bool) -> dict[str, str]:
    """Return the columns of a name; those of the other kind of client are empty."""
    first, last, middle = split_name(new_name) if is_individual else ("", "", "")
    return {
        "organization_name": "" if is_individual else new_name,
        "first_name": first,
        "last_name": last,
        "middle_name": middle,
    }
