"""Mapping of records to rows and back. Pure.

A row has derived columns that its record does not have: their values are computed here.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from msgspec import structs

from storage.model.accounts import Account
from storage.model.folding import MAX_KEY_LENGTH, digits_sort_key, fold, fold_key
from storage.model.records import Client, Contact, Document, Origin, Secret

from .account_tables import ACCOUNT
from .tables import CLIENT, CONTACT, DOCUMENT, ORIGIN

RowDict = dict[str, Any]
"""The values of a row, by column name."""

ACCOUNT_COLUMNS = tuple(ACCOUNT.c[name] for name in Account.__struct_fields__)
CLIENT_FIELDS = tuple(f for f in Client.__struct_fields__ if f not in {"contacts", "documents"})
CLIENT_COLUMNS = tuple(CLIENT.c[name] for name in CLIENT_FIELDS)
CLIENT_COLUMN_NAMES = tuple(CLIENT.c.keys())
fields_of_client = attrgetter(*(name for name in CLIENT_COLUMN_NAMES if name in CLIENT_FIELDS))
CONTACT_FIELDS = Contact.__struct_fields__
CONTACT_COLUMNS = tuple(CONTACT.c[name] for name in CONTACT_FIELDS)
CONTACT_COLUMN_NAMES = tuple(CONTACT.c.keys())
fields_of_contact = attrgetter(*CONTACT_FIELDS[1:])
texts_of_client = attrgetter(
    "id_number", "number", "custom_value1", "custom_value2", "custom_value3", "custom_value4"
)
texts_of_contact = attrgetter("first_name", "last_name", "email", "phone")
DOCUMENT_FIELDS = Document.__struct_fields__
DOCUMENT_COLUMNS = tuple(DOCUMENT.c[name] for name in DOCUMENT_FIELDS)
ORIGIN_FIELDS = Origin.__struct_fields__
ORIGIN_COLUMNS = tuple(ORIGIN.c[name] for name in ORIGIN_FIELDS)
TEXT_SEPARATOR = "\n"
"""The separator of the searched texts: fold() does not change it, no search term contains it."""


def account_from_row(row: Sequence[Any]) -> Account:
    """Return the account of a row of ACCOUNT_COLUMNS."""
    return Account(**dict(zip(Account.__struct_fields__, row, strict=True)))


def origin_from_row(row: Sequence[Any]) -> Origin:
    """Return the origin of a row of ORIGIN_COLUMNS."""
    return Origin(**dict(zip(ORIGIN_FIELDS, row, strict=True)))


def client_from_row(
    row: Sequence[Any], contacts: tuple[Contact, ...], documents: tuple[Document, ...]
) -> Client:
    """Return the client of a row of CLIENT_COLUMNS, with its contacts and documents."""
    values = dict(zip(CLIENT_FIELDS, row, strict=True))
    values["contacts"], values["documents"] = contacts, documents
    return Client(**values)


def contact_from_row(row: Sequence[Any]) -> Contact:
    """Return the contact of a row of CONTACT_COLUMNS."""
    values = dict(zip(CONTACT_FIELDS, row, strict=True))
    if values["password_hash"] is not None:
        values["password_hash"] = Secret(values["password_hash"])
    return Contact(**values)


def document_from_row(row: Sequence[Any]) -> Document:
    """Return the document of a row of DOCUMENT_COLUMNS."""
    return Document(**dict(zip(DOCUMENT_FIELDS, row, strict=True)))


def client_to_row(account_id: int, record: Client) -> RowDict:
    """Return the row of a client, its derived columns included."""
    return dict(zip(CLIENT_COLUMN_NAMES, client_row_values(account_id, record), strict=True))


def client_row_values(account_id: int, record: Client) -> list[Any]:
    """Return the values of all columns of a client's row, in the order of the columns.

    The last is None, the moment of arrival: only a transaction knows it.
    """
    return [account_id, *fields_of_client(record), *derived_values(record), None]


def derived_values(record: Client) -> tuple[str, ...]:
    """Return the values of the derived columns, which come after the fields of the record."""
    contact, display_name = record.primary_contact, record.name
    name = fold(display_name)
    return (
        name,
        fold_key(record.number),
        digits_sort_key(record.number),
        fold_key(record.id_number),
        search_text(searchable_texts(record, display_name)),
        (name or fold(fallback_name(record)))[:MAX_KEY_LENGTH],
        fold(contact.name) if contact else "",
        fold(contact.email) if contact else "",
        fold(record.vat_number),
        fold(record.custom_value1),
        fold(record.custom_value2),
        fold(record.custom_value3),
        fold(record.custom_value4),
    )


def fallback_name(record: Client) -> str:
    """Return the text under which a client without a name is sorted: a contact's name or e-mail."""
    contact = record.fallback_contact
    if contact is None:
        return ""
    return contact.name if contact.name.strip() else contact.email


def search_text(texts: Sequence[str]) -> str:
    """Return the folded texts, joined by the separator.

    ASCII texts are folded together, which gives the same result. Others are folded one by one.
    """
    joined_texts = TEXT_SEPARATOR.join(texts)
    if joined_texts.isascii():
        return fold(joined_texts)
    return TEXT_SEPARATOR.join(map(fold, texts))


def contact_to_row(account_id: int, client_serial: int, record: Contact) -> RowDict:
    """Return the row of a contact, its derived columns included."""
    values = contact_row_values(account_id, client_serial, record)
    return dict(zip(CONTACT_COLUMN_NAMES, values, strict=True))


def contact_row_values(account_id: int, client_serial: int, record: Contact) -> list[Any]:
    """Return the values of all columns of a contact's row, in the order of the columns."""
    fields, email = fields_of_contact(record), fold_key(record.email)
    return [account_id, record.serial, client_serial, *fields, None, email]


def document_to_row(account_id: int, record: Document) -> RowDict:
    """Return the row of a document, its derived columns included."""
    row: RowDict = structs.asdict(record)
    row["account_id"] = account_id
    row["name_folded"] = fold(record.name)
    return row


def searchable_texts(record: Client, name: str) -> list[str]:
    """Return the texts in which a full search looks (Ninja's `filter`), without empty ones."""
    texts = [name, *texts_of_client(record)]
    for contact in record.contacts:
        texts += texts_of_contact(contact)
    return list(filter(None, texts))


def changed_columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> RowDict:
    """Return the values of `after` that differ from `before`, by column name."""
    return {name: value for name, value in after.items() if before[name] != value}
