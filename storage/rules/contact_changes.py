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

IMPORTED_FIELDS = (
    frozenset(ImportContact.__struct_fields__)
    - DRAFT_FIELDS
    - {
        "serial",
        "email_rank",
        "phone_rank",
    }
)


class SerialPool(Record, frozen=True):
    """Reserved serials, taken one by one by whoever is new."""

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
    known = {contact.serial: contact for contact in record.contacts}
    return contacts_from_drafts(
        known, RankCounter(last_rank(record)), drafts, serials, now, generators
    )


def contacts_from_drafts(  # noqa: PLR0917  all that a contact is made of
    known: Mapping[int, Contact],
    ranks: "RankCounter",
    drafts: tuple[ContactDraft, ...],
    serials: SerialPool,
    now: datetime,
    generators: Generators,
) -> tuple[Contact, ...]:
    """Drafts become contacts, primary first, at least one and exactly one of them primary."""
    kept = []
    for draft in with_one_primary(drafts or (ContactDraft(),)):
        before = known.get(draft.serial) if draft.serial is not None else None
        if before is None:
            key = functools.partial(generators.random_text, 32 if drafts else 40)
            kept.append(new_contact(draft, ranks, next_serial=serials.contacts, now=now, key=key))
        else:
            kept.append(apply_draft(before, draft, ranks, now))
    return sort_primary_first(kept)


def new_contact(
    draft: ContactDraft,
    ranks: "RankCounter",
    *,
    next_serial: Iterator[int],
    now: datetime,
    key: Callable[[], str],
) -> Contact:
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
    return tuple(sorted(contacts, key=lambda c: (not c.is_primary, c.serial)))


def apply_draft(
    before: Contact, draft: ContactDraft, ranks: "RankCounter", now: datetime
) -> Contact:
    values = {field: getattr(draft, field) for field in DRAFT_FIELDS}
    values["email_rank"] = ranks.next_rank(draft.email, draft.email_rank, before.email_rank)
    values["phone_rank"] = ranks.next_rank(draft.phone, draft.phone_rank, before.phone_rank)
    after = structs.replace(before, **values | imported_fields(draft))
    if after == before or after.updated_at != before.updated_at:
        return after
    return structs.replace(after, updated_at=now)


def imported_fields(draft: ContactDraft) -> dict[str, Any]:
    """What only an import says of a contact."""
    if not isinstance(draft, ImportContact):
        return {}
    told = {field: getattr(draft, field) for field in IMPORTED_FIELDS}
    return {field: value for field, value in told.items() if value is not UNSET}


def with_one_primary(drafts: tuple[ContactDraft, ...]) -> list[ContactDraft]:
    """The first flagged one is primary, or the first of all; nobody else is."""
    chosen = next((n for n, draft in enumerate(drafts) if draft.is_primary), 0)
    return [with_primary_flag(draft, is_primary=n == chosen) for n, draft in enumerate(drafts)]


def with_primary_flag(draft: ContactDraft, *, is_primary: bool) -> ContactDraft:
    if draft.is_primary is is_primary:
        return draft
    return structs.replace(draft, is_primary=is_primary)


class RankCounter(msgspec.Struct):
    """Places of values in the client's list: given ones, kept ones, and new ones last."""

    last: int

    def next_rank(self, value: str, given: int, kept: int) -> int:
        if not value:
            return 0
        if given or kept:
            return given or kept
        self.last += 1
        return self.last


def last_rank(record: Client) -> int:
    ranks = [max(c.email_rank, c.phone_rank) for c in record.contacts]
    return max(record.phone_rank, *ranks, 0)
