"""Builders of clients and contacts for tests without a store, and of contact entries of this
API."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from dialects.planado.clients.contacts import AlignedContacts, align_contacts, contact_line
from dialects.planado.protocol.wire import ContactInput
from storage.model.names import split_contact_name
from storage.model.records import Client, Contact

FIELDS = Contact.__struct_fields__
THEN = datetime(2016, 5, 29, 17, 31, 1, 419601, tzinfo=UTC)


def phone(name: str | None, value: str) -> dict[str, Any]:
    return {"name": name, "value": value, "type": "phone"}


def email(name: str | None, value: str) -> dict[str, Any]:
    return {"name": name, "value": value, "type": "email"}


def a_contact(serial: int, name: str = "", **fields: Any) -> Contact:
    first, last = split_contact_name(name)
    times = {"created_at": THEN, "updated_at": THEN}
    names = {"first_name": first, "last_name": last}
    return Contact(serial=serial, contact_key=f"key{serial}", **times | names | fields)


def a_client(*contacts: Contact, **fields: Any) -> Client:
    """Return a client with ranks in the order of its contacts. Its own phone comes first."""
    ranked, rank = [], 1
    for contact in contacts:
        ranks = {"email_rank": rank + 1, "phone_rank": rank + 2}
        ranked.append(Contact(**{f: getattr(contact, f) for f in FIELDS} | ranks))
        rank += 2
    given = {"number": "0001", "created_at": THEN, "updated_at": THEN, "phone_rank": 1} | fields
    return Client(
        uuid=UUID("50c773b3-a4f8-5619-be47-cb6a0edb22cc"),
        serial=1,
        user_serial=1,
        client_hash="hash",
        contacts=tuple(ranked),
        **given,
    )


def laid(record: Client | None, given: list[dict[str, Any]]) -> AlignedContacts:
    """Align a given contact list with the client's contacts."""
    return align_contacts(record, [contact_line(ContactInput(**entry)) for entry in given])
