"""Pairs the contacts of an object with those of a record, to compare them.

The original shows all contacts but the primary one in no order, and another server gives them other
ids and keys. So two contacts are a pair by the first of these that is equal: the key, all that is
compared, the e-mail, the name. The others are paired in their order.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

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


def normal_contact(contact: FieldValues) -> FieldValues:
    """Return the fields that are compared, without those that each server sets."""
    return {
        name: trim(value) if isinstance(value, str) else value
        for name, value in contact.items()
        if name not in SERVER_FIELDS
    }


def is_blank(contact: FieldValues) -> bool:
    """Whether a contact says no more than the one that a client without any gets."""
    values = {"send_email": True} | normal_contact(contact)
    return values.pop("send_email") and not any(values.values())


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
