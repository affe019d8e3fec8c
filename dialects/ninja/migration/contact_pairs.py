"""Pairs the contacts of an object with those of a record, to compare them.

The original shows all contacts but the primary one in no order, and another server gives them other
ids and keys. So two contacts are a pair by the first of these that is equal: the key, all that is
compared, the e-mail, the name. The others are paired in their order.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..protocol.scalars import trim
from . import object_fields
from .object_reader import FieldValues

SERVER_FIELDS = {
    "serial",
    "is_primary",
    "contact_key",
    "is_locked",
    "last_login",
    *object_fields.TIMESTAMP_KINDS,
}


class ContactPair(NamedTuple):
    """A contact of an object and one of a record in normal form; None where one side has none."""

    given: FieldValues | None
    shown: FieldValues | None


def pair_contacts(given: Sequence[FieldValues], shown: Sequence[FieldValues]) -> list[ContactPair]:
    """Return the contacts of an object and of a record in pairs, in the order of the object.

    No contacts are the same as the blank one that each client without contacts gets.
    """
    if not given and all(map(is_blank, shown)):
        return []
    places = pair_places(given, shown)
    there = with_primary_flags(given, shown, places)
    here = [normal_contact(c) | {"is_primary": bool(c.get("is_primary"))} for c in shown]
    pairs = [
        ContactPair(one, here[places[n]] if n in places else None) for n, one in enumerate(there)
    ]
    paired = set(places.values())
    return pairs + [ContactPair(None, one) for m, one in enumerate(here) if m not in paired]


def normal_contact(contact: FieldValues) -> FieldValues:
    """Return the fields that are compared, without those that each server sets."""
    return {
        name: trim(value) if isinstance(value, str) else value
        for name, value in contact.items()
        if name not in SERVER_FIELDS
    }


def is_blank(contact: FieldValues) -> bool:
    return not any(value for name, value in normal_contact(contact).items() if name != "send_email")


def key_of(contact: FieldValues) -> Any:
    return contact.get("contact_key")


def content_of(contact: FieldValues) -> Any:
    return tuple(sorted(normal_contact(contact).items()))


def email_of(contact: FieldValues) -> Any:
    return trim(contact.get("email", "")).casefold()


def name_of(contact: FieldValues) -> Any:
    return trim(f"{contact.get('first_name', '')} {contact.get('last_name', '')}").casefold()


WITNESSES: tuple[Callable[[FieldValues], Any], ...] = (key_of, content_of, email_of, name_of)
"""What tells that two contacts are the same, the surest first. An empty value tells nothing."""


def pair_places(given: Sequence[FieldValues], shown: Sequence[FieldValues]) -> dict[int, int]:
    """Return the place of the counterpart of each given contact that has one."""
    places = pair_by_witness(given, shown)
    rest = [n for n in range(len(given)) if n not in places]
    free = [m for m in range(len(shown)) if m not in places.values()]
    return places | dict(zip(rest, free, strict=False))


def pair_by_witness(given: Sequence[FieldValues], shown: Sequence[FieldValues]) -> dict[int, int]:
    """Return the place of the counterpart of each given contact that a witness tells."""
    places: dict[int, int] = {}
    free = list(range(len(shown)))
    for witness in WITNESSES:
        by_witness = defaultdict(list)
        for m in reversed(free):
            by_witness[witness(shown[m])].append(m)
        for n, contact in enumerate(given):
            value = witness(contact)
            if n not in places and value and by_witness[value]:
                places[n] = by_witness[value].pop()
        free = sorted(set(free) - set(places.values()))
    return places


def with_primary_flags(
    given: Sequence[FieldValues], shown: Sequence[FieldValues], places: dict[int, int]
) -> list[FieldValues]:
    """Return the given contacts in normal form, with one primary one, or without flags if none has.

    After a merge several contacts of the original have the flag, in no order. The counterpart of
    our primary contact is the primary one if it has the flag, else the first with it.
    """
    contacts = list(map(normal_contact, given))
    flagged = [n for n, contact in enumerate(given) if contact.get("is_primary")]
    if not flagged:
        return contacts
    own = [n for n in flagged if n in places and shown[places[n]].get("is_primary")]
    primary = [*own, *flagged][0]
    return [one | {"is_primary": n == primary} for n, one in enumerate(contacts)]
