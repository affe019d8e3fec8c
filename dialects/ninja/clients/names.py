"""One name here, an organization's name or the three parts of a person's in the record."""

from typing import Any

from msgspec import UNSET

from storage import Client, Problem, collapse_spaces, split_name

from ..protocol import wire
from .field_rules import classification, name, read_if_changed


def display_name(record: Client) -> str:
    """The name, else the names or the e-mail of the contact that lends its own."""
    if record.name:
        return record.name
    giver = record.fallback_contact
    if giver is None:
        return "No Contact Set"
    # A missing half leaves its blank, as in the original.
    return f"{giver.first_name} {giver.last_name}" if giver.name.strip() else giver.email


def changed_names(
    given: wire.ClientInput, record: Client | None, problems: list[Problem]
) -> dict[str, Any]:
    """A changed name goes where the kind keeps it; a changed kind takes the name along."""
    shown, word = (record.name, record.classification) if record else ("", "")
    told = read_if_changed(("name",), given.name, shown, name, problems)
    told_word = read_if_changed(
        ("classification",), given.classification, word, classification, problems
    )
    is_individual = record.is_individual if record else True
    if told is not UNSET and same_name(told, shown, is_individual=is_individual):
        told = UNSET
    if told is UNSET and told_word is UNSET:
        return {}
    new_name = shown if told is UNSET else told
    new_word = word if told_word is UNSET else told_word
    new_kind = new_word == "individual" or not (new_word or new_name)
    if told is UNSET and new_kind == is_individual:
        return {"classification": new_word}
    return {"classification": new_word} | stored_names(new_name, is_individual=new_kind)


def same_name(told: str, shown: str, *, is_individual: bool) -> bool:
    """Whether two names are one: of a person's, runs of blanks do not count."""
    return told == shown or (is_individual and collapse_spaces(told) == collapse_spaces(shown))


def stored_names(new_name: str, *, is_individual: bool) -> dict[str, str]:
    first, last, middle = split_name(new_name) if is_individual else ("", "", "")
    return {
        "organization_name": "" if is_individual else new_name,
        "first_name": first,
        "last_name": last,
        "middle_name": middle,
    }
