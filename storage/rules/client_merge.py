"""The rule for a merge: what a client gets of another one that it takes in.

It is pure. Nothing that only the other client has is lost; where both have a value, that of the
client that stays counts.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import structs

from storage.model.folding import fold
from storage.model.records import Client, Contact

from .client_changes import with_new_version
from .contact_changes import RankCounter, last_rank, sort_primary_first
from .document_changes import merge_documents

SERVICE_ADDRESS = (
    *("shipping_address1", "shipping_address2", "shipping_city", "shipping_state"),
    *("shipping_postal_code", "shipping_country_id", "service_text"),
    *("entrance_no", "floor", "apartment", "description", "longitude", "latitude"),
)
FILLED = (
    ("private_notes",),
    ("public_notes",),
    SERVICE_ADDRESS,
)
"""Fields that are taken from the other client, each group as a whole, if all are empty here."""


def merge_clients(record: Client, other: Client, now: datetime) -> Client:
    """Return the record with all that it gets of another client, which is purged afterwards.

    It gets the balance and the paid amount, the documents, the contacts with an e-mail that it does
    not have, those with only a phone that it does not have; and where its own are empty, the
    external id, the own phone and the `FILLED` fields. A deleted client has no external id to give.
    New contacts are ranked last, and none of them is primary.
    """
    ranks = RankCounter(last_rank(record))
    values = dict(filled_values(record, other))
    if not (record.external_id or other.is_deleted):
        values["external_id"] = other.external_id
    if other.phone and not record.phone:
        values |= {"phone": other.phone, "phone_rank": ranks.next_rank(other.phone, 0, 0)}
    added_contacts = [moved_contact(one, ranks, now) for one in new_contacts(record, other)]
    return with_new_version(
        record,
        now,
        balance=record.balance + other.balance,
        paid_to_date=record.paid_to_date + other.paid_to_date,
        contacts=sort_primary_first([*record.contacts, *added_contacts]),
        documents=merge_documents(record, other),
        **values,
    )


def moved_contact(contact: Contact, ranks: RankCounter, now: datetime) -> Contact:
    return structs.replace(
        contact,
        is_primary=False,
        email_rank=ranks.next_rank(contact.email, 0, 0),
        phone_rank=ranks.next_rank(contact.phone, 0, 0),
        updated_at=now,
    )


def filled_values(record: Client, other: Client) -> Iterator[tuple[str, Any]]:
    for fields in FILLED:
        if not any(is_given(getattr(record, field)) for field in fields):
            for field in fields:
                yield field, getattr(other, field)


def is_given(value: Any) -> bool:
    """Return whether a field has a value. A coordinate of 0 is one; an empty text is none."""
    return value is not None and value != ""


def new_contacts(record: Client, other: Client) -> list[Contact]:
    """Return the contacts of the other client whom nobody among the record's contacts is."""
    emails = {fold(contact.email) for contact in record.contacts}
    phones = {"", record.phone, *(contact.phone for contact in record.contacts)}
    return [
        contact
        for contact in other.contacts
        if (fold(contact.email) not in emails if contact.email else contact.phone not in phones)
    ]
