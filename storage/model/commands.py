"""Commands: the changes that a dialect can ask of the store. UNSET leaves a field unchanged."""

import functools
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from .documents import DocumentDraft
from .records import Contact, Origin, Secret

T = TypeVar("T")
OrUnset: TypeAlias = T | UnsetType


class Command(Struct, frozen=True, gc=False):
    """Base class of every command and query.

    `gc=False`: they are never part of a reference cycle, so Python's garbage collector can skip
    them, as it skips records.
    """


class LiveKey(Command, frozen=True, kw_only=True):
    """The key of a client that is not deleted: its `uuid` or its external id.

    The uuid is tried first, if there is one; then the external id.
    """

    external_id: str
    uuid: UUID | None = None


ClientKey = int | LiveKey
"""The key of a client: a serial, which also finds a deleted client, or a LiveKey."""


class CreateAccount(Command, frozen=True, kw_only=True):
    """The command to create an account. Country 840 is the USA."""

    name: str
    hash_salt: str = ""
    country_id: int = 840
    currency_id: int = 1


class CreateToken(Command, frozen=True, kw_only=True):
    """The command to create an API token of one dialect for the account with this name."""

    account: str
    dialect: str
    label: str = ""
    is_read_only: bool = False


class CreateService(Command, frozen=True, kw_only=True):
    """The command to create a live service. Without a name it is called after its dialect."""

    dialect: str
    url: str
    name: str = ""


class ContactDraft(Command, frozen=True, kw_only=True):
    """The state that one contact gets by a command.

    A known `serial` changes that contact in place; None creates a contact. A rank of 0 lets the
    store choose the place of a value: an existing value keeps its place, a new one comes last.
    """

    serial: int | None = None
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    email_rank: int = 0
    phone: str = ""
    phone_rank: int = 0
    is_primary: bool = False
    send_email: bool = True
    custom_value1: str = ""
    custom_value2: str = ""
    custom_value3: str = ""
    custom_value4: str = ""
    password_hash: Secret | None = None


def draft_of_contact(contact: Contact) -> ContactDraft:
    """Return the draft that leaves a contact unchanged."""
    fields = ContactDraft.__struct_fields__
    return ContactDraft(**{field: getattr(contact, field) for field in fields})


class NumberRule(Command, frozen=True, kw_only=True):
    """How a client gets a number of its own kind, if it needs one.

    `write` returns the number for a moment and the value of a counter, padded with zeros. It may
    raise Invalid. `counter` is the first value, None for the account's counter. `padding` is the
    number of digits, None for that of the account.
    """

    write: Callable[[datetime, str], str]
    counter: int | None = None
    padding: int | None = None


class ChangeClient(Command, frozen=True, kw_only=True):
    """The command to change fields of a client.

    `contacts` and `documents` are complete lists: a contact or document that is left out is
    deleted. `number` None asks for a generated number. `country_id` None means the account's
    country.
    """

    number: OrUnset[str | None] = UNSET
    number_rule: OrUnset[NumberRule] = UNSET
    classification: OrUnset[str] = UNSET
    organization_name: OrUnset[str] = UNSET
    first_name: OrUnset[str] = UNSET
    last_name: OrUnset[str] = UNSET
    middle_name: OrUnset[str] = UNSET
    phone: OrUnset[str] = UNSET
    phone_rank: OrUnset[int] = UNSET
    website: OrUnset[str] = UNSET
    address1: OrUnset[str] = UNSET
    address2: OrUnset[str] = UNSET
    city: OrUnset[str] = UNSET
    state: OrUnset[str] = UNSET
    postal_code: OrUnset[str] = UNSET
    country_id: OrUnset[int | None] = UNSET
    shipping_address1: OrUnset[str] = UNSET
    shipping_address2: OrUnset[str] = UNSET
    shipping_city: OrUnset[str] = UNSET
    shipping_state: OrUnset[str] = UNSET
    shipping_postal_code: OrUnset[str] = UNSET
    shipping_country_id: OrUnset[int | None] = UNSET
    service_text: OrUnset[str | None] = UNSET
    entrance_no: OrUnset[str] = UNSET
    floor: OrUnset[str] = UNSET
    apartment: OrUnset[str] = UNSET
    description: OrUnset[str] = UNSET
    longitude: OrUnset[float | None] = UNSET
    latitude: OrUnset[float | None] = UNSET
    private_notes: OrUnset[str] = UNSET
    public_notes: OrUnset[str] = UNSET
    assigned_user_serial: OrUnset[int | None] = UNSET
    group_serial: OrUnset[int | None] = UNSET
    industry_id: OrUnset[int | None] = UNSET
    size_id: OrUnset[int | None] = UNSET
    vat_number: OrUnset[str] = UNSET
    id_number: OrUnset[str] = UNSET
    routing_id: OrUnset[str] = UNSET
    has_valid_vat_number: OrUnset[bool] = UNSET
    is_tax_exempt: OrUnset[bool] = UNSET
    custom_value1: OrUnset[str] = UNSET
    custom_value2: OrUnset[str] = UNSET
    custom_value3: OrUnset[str] = UNSET
    custom_value4: OrUnset[str] = UNSET
    settings: OrUnset[str] = UNSET
    contacts: OrUnset[tuple[ContactDraft, ...]] = UNSET
    documents: OrUnset[tuple[DocumentDraft, ...]] = UNSET


class CreateClient(ChangeClient, frozen=True, kw_only=True):
    """The command to create a client. A field that is UNSET gets the store's default."""

    external_id: OrUnset[str | None] = UNSET
    origins: tuple[Origin, ...] = ()


class ImportContact(ContactDraft, frozen=True, kw_only=True):
    """The draft of an imported contact, with the fields that only an import can set.

    `serial` is the serial of a contact of the client, or the one that a new contact should get.
    """

    is_locked: OrUnset[bool] = UNSET
    contact_key: OrUnset[str] = UNSET
    last_login: OrUnset[datetime | None] = UNSET
    created_at: OrUnset[datetime] = UNSET
    updated_at: OrUnset[datetime] = UNSET


class ImportClient(CreateClient, frozen=True, kw_only=True):
    """The command to import a client, with the fields that no dialect may write.

    For a client that exists already, `serial`, `uuid`, `origins`, `created_at` and `updated_at`
    are ignored, and `version` is the minimum version after a change.
    """

    uuid: OrUnset[UUID] = UNSET
    serial: OrUnset[int] = UNSET
    version: OrUnset[int] = UNSET
    client_hash: OrUnset[str] = UNSET
    user_serial: OrUnset[int] = UNSET
    balance: OrUnset[Decimal] = UNSET
    paid_to_date: OrUnset[Decimal] = UNSET
    payment_balance: OrUnset[Decimal] = UNSET
    credit_balance: OrUnset[Decimal] = UNSET
    created_at: OrUnset[datetime] = UNSET
    updated_at: OrUnset[datetime] = UNSET
    archived_at: OrUnset[datetime | None] = UNSET
    is_deleted: OrUnset[bool] = UNSET
    last_login: OrUnset[datetime | None] = UNSET
    extras: OrUnset[dict[str, str]] = UNSET


class CreateGroup(Command, frozen=True, kw_only=True):
    """The command to create a group of clients."""

    name: str
    settings: str = ""


class ImportGroup(Command, frozen=True, kw_only=True):
    """The command to import a group, under the serial with which its clients refer to it."""

    serial: int
    name: str
    settings: str = ""
    created_at: OrUnset[datetime] = UNSET
    updated_at: OrUnset[datetime] = UNSET
    archived_at: datetime | None = None
    is_deleted: bool = False


class ChangeGroup(Command, frozen=True, kw_only=True):
    """The command to change fields of a group."""

    name: OrUnset[str] = UNSET
    settings: OrUnset[str] = UNSET


FIELDS_WITHOUT_COLUMN = frozenset({"contacts", "documents", "origins", "number_rule"})
"""Fields of a command that are stored in tables of their own, or not at all."""


def set_fields(command: ChangeClient | ContactDraft) -> dict[str, Any]:
    """Return the fields that a command sets, without its contacts, documents and origins."""
    names, get_values = field_getter(type(command))
    values = zip(names, get_values(command), strict=True)
    return {name: value for name, value in values if value is not UNSET}


@functools.cache
def field_getter(
    kind: type[ChangeClient | ContactDraft],
) -> tuple[tuple[str, ...], Callable[[Any], Any]]:
    """Return the field names of a command class and a function that reads their values."""
    names = tuple(name for name in kind.__struct_fields__ if name not in FIELDS_WITHOUT_COLUMN)
    return names, attrgetter(*names)
