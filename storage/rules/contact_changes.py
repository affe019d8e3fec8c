"""Rules that turn drafts of contacts into the contacts of a client. Pure."""

import functools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, structs

from storage.model.commands import ContactDraft, ImportContact, set_fields
from storage.model.generators import Generators
from storage.model.records import Client, Contact, Record

DRAFT_FIELDS = frozenset(ContactDraft.__struct_fields__) - {"serial", "email_rank", "phone_rank"}
"""Fields that a contact takes from its draft as they are."""

IMPORTED_FIELDS = (
    frozenset(ImportContact.__struct_fields__)
    - DRAFT_FIELDS
    - {
        "serial",
        "email_rank",
        "phone_rank",
    }
)
"""Fields that only the draft of an imported contact can set."""


class SerialPool(Record, frozen=True):
    """Reserved serials, from which new contacts and documents take theirs one by one."""

    contacts: Iterator[int]
    documents: Iterator[int]


EMPTY_POOL = SerialPool(iter(()), iter(()))


def apply_contacts(
    record: Client,
    drafts: tuple[ContactDraft, ...],
    serials: SerialPool,
    now: datetime,
    generators: Generators,
) -> tuple[Contact, ...]:
    """Return the contacts of a client after a command with these drafts.

    A contact that no draft names is left out.
    """
    known = {contact.serial: contact for contact in record.contacts}
    return contacts_from_drafts(
        known, RankCounter(last_rank(record)), drafts, serials, now, generators
    )


def contacts_from_drafts(  # noqa: PLR0917  everything that a contact is made from
    known: Mapping[int, Contact],
    ranks: "RankCounter",
    drafts: tuple[ContactDraft, ...],
    serials: SerialPool,
    now: datetime,
    generators: Generators,
) -> tuple[Contact, ...]:
    """Return the contacts of some drafts: at least one, exactly one primary, the primary first."""
    contacts = []
    for draft in with_one_primary(drafts or (ContactDraft(),)):
        before = known.get(draft.serial) if draft.serial is not None else None
        if before is None:
            key = functools.partial(generators.random_text, 32 if drafts else 40)
            contacts.append(
                new_contact(draft, ranks, next_serial=serials.contacts, now=now, key=key)
            )
        else:
            contacts.append(apply_draft(before, draft, ranks, now))
    return sort_primary_first(contacts)


def new_contact(
    draft: ContactDraft,
    ranks: "RankCounter",
    *,
    next_serial: Iterator[int],
    now: datetime,
    key: Callable[[], str],
) -> Contact:
    """Return a new contact from a draft.

    An imported contact keeps the serial of its draft, if it has one. Others take the next one.
    """
    values = set_fields(draft)
    values["email_rank"] = ranks.next_rank(draft.email, draft.email_rank, 0)
    values["phone_rank"] = ranks.next_rank(draft.phone, draft.phone_rank, 0)
    values.setdefault("created_at", now)
    values.setdefault("updated_at", now)
    if not values.get("contact_key"):
        values["contact_key"] = key()
    if draft.serial is None or not isinstance(draft, ImportContact):
        values["serial"] = next(next_serial)
    return Contact(**values)


def sort_primary_first(contacts: list[Contact]) -> tuple[Contact, ...]:
    """Sort contacts: the primary one first, then by serial."""
    return tuple(sorted(contacts, key=lambda c: (not c.is_primary, c.serial)))


def apply_draft(
    before: Contact, draft: ContactDraft, ranks: "RankCounter", now: datetime
) -> Contact:
    """Return a contact after its draft is applied.

    If a value differs, `updated_at` becomes `now`, unless the draft brings a time of its own.
    """
    values = {field: getattr(draft, field) for field in DRAFT_FIELDS}
    values["email_rank"] = ranks.next_rank(draft.email, draft.email_rank, before.email_rank)
    values["phone_rank"] = ranks.next_rank(draft.phone, draft.phone_rank, before.phone_rank)
    after = structs.replace(before, **values | imported_fields(draft))
    if after == before or after.updated_at != before.updated_at:
        return after
    return structs.replace(after, updated_at=now)


def imported_fields(draft: ContactDraft) -> dict[str, Any]:
    """Return the values of the fields that only an import can set. UNSET fields are left out."""
    if not isinstance(draft, ImportContact):
        return {}
    values = {field: getattr(draft, field) for field in IMPORTED_FIELDS}
    return {field: value for field, value in values.items() if value is not UNSET}


def with_one_primary(drafts: tuple[ContactDraft, ...]) -> list[ContactDraft]:
    """Return the drafts with exactly one primary one: the first flagged one, or else the first."""
    primary = next((n for n, draft in enumerate(drafts) if draft.is_primary), 0)
    return [with_primary_flag(draft, is_primary=n == primary) for n, draft in enumerate(drafts)]


def with_primary_flag(draft: ContactDraft, *, is_primary: bool) -> ContactDraft:
    if draft.is_primary is is_primary:
        return draft
    return structs.replace(draft, is_primary=is_primary)


class RankCounter(msgspec.Struct):
    """A counter that gives each phone or e-mail its place in the list of its client.

    The rank in the command is used, else the rank that the value has already. A new value comes
    last.
    """

    last: int

    def next_rank(self, value: str, given: int, existing: int) -> int:
        """Return the rank of a value; 0 for an empty value."""
        if not value:
            return 0
        if given or existing:
            return given or existing
        self.last += 1
        return self.last


def last_rank(record: Client) -> int:
    """Return the largest rank of a phone or e-mail of a client; 0 without any."""
    ranks = [max(c.email_rank, c.phone_rank) for c in record.contacts]
    return max(record.phone_rank, *ranks, 0)
