"""The contacts of the model: how drafts become contacts, and which contacts a merge adds."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import structs

from storage.model.commands import ContactDraft
from storage.model.folding import fold
from storage.model.generators import Generators
from storage.model.records import Client, Contact

RANKS = {"email": "email_rank", "phone": "phone_rank"}
"""Each value of a contact, and where its place in the client's list stands."""


def drawn_up(
    client: Client,
    drafts: Sequence[ContactDraft],
    serials: Iterator[int],
    now: datetime,
    generators: Generators,
) -> tuple[Contact, ...]:
    """Return the contacts of the drafts, the primary one first; a blank contact if there are no
    drafts.

    The first draft that is flagged is primary, or else the first of all.
    """
    wanted = list(drafts) or [ContactDraft()]
    flagged = [n for n, draft in enumerate(wanted) if draft.is_primary]
    known = {contact.serial: contact for contact in client.contacts}
    last, contacts = last_rank(client), []
    for n, draft in enumerate(wanted):
        length = 32 if drafts else 40
        before = known.get(draft.serial or 0) or blank(next(serials), length, now, generators)
        fields = structs.asdict(draft) | {"serial": before.serial}
        fields["is_primary"] = n == next(iter(flagged), 0)
        last, ranks = ranked(draft, before, last)
        contacts.append(touched(before, now, **fields | ranks))
    return primary_first(contacts)


def blank(serial: int, length: int, now: datetime, generators: Generators) -> Contact:
    key = generators.random_text(length)
    return Contact(serial=serial, contact_key=key, created_at=now, updated_at=now)


def touched(before: Contact, now: datetime, **fields: Any) -> Contact:
    """Return the contact with these fields. Its time stays if nothing changes."""
    after = structs.replace(before, **fields)
    return before if after == before else structs.replace(after, updated_at=now)


def ranked(draft: ContactDraft, before: Contact, last: int) -> tuple[int, dict[str, int]]:
    """Return the ranks of a draft: given ranks count, old values keep theirs, new values come
    last."""
    ranks = {}
    for field, rank in RANKS.items():
        if not getattr(draft, field):
            ranks[rank] = 0
            continue
        ranks[rank] = getattr(draft, rank) or getattr(before, rank)
        if not ranks[rank]:
            last += 1
            ranks[rank] = last
    return last, ranks


def last_rank(client: Client) -> int:
    ranks = [rank for c in client.contacts for rank in (c.email_rank, c.phone_rank)]
    return max([0, client.phone_rank, *ranks])


def phone_rank(client: Client, phone: str) -> int:
    """Return the rank of the client's own phone after a change."""
    return (client.phone_rank or last_rank(client) + 1) if phone else 0


def primary_first(contacts: Sequence[Contact]) -> tuple[Contact, ...]:
    return tuple(sorted(contacts, key=lambda c: (not c.is_primary, c.serial)))


def merged(client: Client, source: Client, now: datetime) -> tuple[Contact, ...]:
    """Add the other client's people whose e-mail, or whose only phone, is new; ranked last."""
    known, last = {fold(c.email) for c in client.contacts}, last_rank(client)
    if source.phone and not client.phone:
        last += 1  # the own phone comes before them
    phones = {client.phone, *[c.phone for c in client.contacts]}
    contacts = list(client.contacts)
    for contact in source.contacts:
        is_new_phone = contact.phone and contact.phone not in phones
        if fold(contact.email) not in known if contact.email else is_new_phone:
            unranked = structs.replace(contact, email_rank=0, phone_rank=0)
            last, ranks = ranked(unranked, unranked, last)
            moved = structs.replace(contact, is_primary=False, updated_at=now, **ranks)
            contacts.append(moved)
    return primary_first(contacts)
