"""Records to rows and back; pure. What a row says beyond its record is derived here."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from msgspec import structs

from storage.model.accounts import Account
from storage.model.folding import MAX_KEY_LENGTH, digits_sort_key, fold, fold_key
from storage.model.records import Client, Contact, Document, Origin, Secret

from .account_tables import ACCOUNT
from .tables import CLIENT, CONTACT, DOCUMENT, ORIGIN

Row = dict[str, Any]

ACCOUNT_COLUMNS = tuple(ACCOUNT.c[name] for name in Account.__struct_fields__)
CLIENT_FIELDS = tuple(f for f in Client.__struct_fields__ if f not in {"contacts", "documents"})
CLIENT_COLUMNS = tuple(CLIENT.c[name] for name in CLIENT_FIELDS)
CLIENT_NAMES = tuple(CLIENT.c.keys())
fields_of_client = attrgetter(*(name for name in CLIENT_NAMES if name in CLIENT_FIELDS))
CONTACT_FIELDS = Contact.__struct_fields__
CONTACT_COLUMNS = tuple(CONTACT.c[name] for name in CONTACT_FIELDS)
CONTACT_NAMES = tuple(CONTACT.c.keys())
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
"""Stands between the searched texts; fold() leaves it, a search term never holds it."""


def account_from_row(row: Sequence[Any]) -> Account:
    return Account(**dict(zip(Account.__struct_fields__, row, strict=True)))


def origin_from_row(row: Sequence[Any]) -> Origin:
    return Origin(**dict(zip(ORIGIN_FIELDS, row, strict=True)))


def client_from_row(
    row: Sequence[Any], contacts: tuple[Contact, ...], documents: tuple[Document, ...]
) -> Client:
    values = dict(zip(CLIENT_FIELDS, row, strict=True))
    values["contacts"], values["documents"] = contacts, documents
    return Client(**values)


def contact_from_row(row: Sequence[Any]) -> Contact:
    values = dict(zip(CONTACT_FIELDS, row, strict=True))
    if values["password_hash"] is not None:
        values["password_hash"] = Secret(values["password_hash"])
    return Contact(**values)


def document_from_row(row: Sequence[Any]) -> Document:
    return Document(**dict(zip(DOCUMENT_FIELDS, row, strict=True)))


def client_to_row(account_id: int, record: Client) -> Row:
    return dict(zip(CLIENT_NAMES, client_row_values(account_id, record), strict=True))


def client_row_values(account_id: int, record: Client) -> list[Any]:
    """A row as the values of all its columns, in their order."""
    return [account_id, *fields_of_client(record), *derived_values(record)]


def derived_values(record: Client) -> tuple[str, ...]:
    """What is derived: all columns behind those of the record itself."""
    contact, shown = record.primary_contact, record.name
    name = fold(shown)
    return (
        name,
        fold_key(record.number),
        digits_sort_key(record.number),
        fold_key(record.id_number),
        search_text(searchable_texts(record, shown)),
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
    """What a nameless client is listed under: its name giver's name, or else that e-mail."""
    giver = record.fallback_contact
    if giver is None:
        return ""
    return giver.name if giver.name.strip() else giver.email


def search_text(texts: Sequence[str]) -> str:
    """Each folded by itself; at once where that is the same."""
    whole = TEXT_SEPARATOR.join(texts)
    return fold(whole) if whole.isascii() else TEXT_SEPARATOR.join(map(fold, texts))


def contact_to_row(account_id: int, client_serial: int, record: Contact) -> Row:
    values = contact_row_values(account_id, client_serial, record)
    return dict(zip(CONTACT_NAMES, values, strict=True))


def contact_row_values(account_id: int, client_serial: int, record: Contact) -> list[Any]:
    """A row as the values of all its columns, in their order."""
    own, email = fields_of_contact(record), fold_key(record.email)
    return [account_id, record.serial, client_serial, *own, None, email]


def document_to_row(account_id: int, record: Document) -> Row:
    row: Row = structs.asdict(record)
    row["account_id"] = account_id
    row["name_folded"] = fold(record.name)
    return row


def searchable_texts(record: Client, name: str) -> list[str]:
    """What Ninja's `filter` looks into, empty texts left out."""
    texts = [name, *texts_of_client(record)]
    for contact in record.contacts:
        texts += texts_of_contact(contact)
    return list(filter(None, texts))


def changed_columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> Row:
    return {name: value for name, value in after.items() if before[name] != value}
