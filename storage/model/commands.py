"""What a dialect can have done by the store. UNSET leaves a field alone."""

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
    """Base of every command and query; the collector need not look at them, as at records."""


class LiveKey(Command, frozen=True, kw_only=True):
    """Finds a client that is not deleted: by `uuid` when there is one, then by external id."""

    external_id: str
    uuid: UUID | None = None


ClientKey = int | LiveKey
"""A client is addressed by its serial, deleted or not, or by a LiveKey."""


class CreateAccount(Command, frozen=True, kw_only=True):
    name: str
    hash_salt: str = ""
    country_id: int = 840
    currency_id: int = 1


class CreateToken(Command, frozen=True, kw_only=True):
    account: str
    dialect: str
    label: str = ""
    is_read_only: bool = False


class ContactDraft(Command, frozen=True, kw_only=True):
    """How one contact shall be afterwards: a known `serial` is changed in place, None is new.

    Rank 0 leaves the place of a value to the store: a kept value keeps it, a new one is last.
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
    """The draft that leaves a contact as it is."""
    fields = ContactDraft.__struct_fields__
    return ContactDraft(**{field: getattr(contact, field) for field in fields})


class ChangeClient(Command, frozen=True, kw_only=True):
    """The fields that shall differ. `contacts` is the whole list: a contact left out is deleted.
    So is `documents`.

    `number` None asks for a generated one; `country_id` None falls back to the account's.
    """

    number: OrUnset[str | None] = UNSET
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
    """A new client; what is UNSET takes the store's default."""

    external_id: OrUnset[str | None] = UNSET
    origins: tuple[Origin, ...] = ()


class ImportContact(ContactDraft, frozen=True, kw_only=True):
    """A contact that has lived elsewhere. Its `serial` is that of a contact of the client, or the
    one that it wants to have."""

    is_locked: OrUnset[bool] = UNSET
    contact_key: OrUnset[str] = UNSET
    last_login: OrUnset[datetime | None] = UNSET
    created_at: OrUnset[datetime] = UNSET
    updated_at: OrUnset[datetime] = UNSET


class ImportClient(CreateClient, frozen=True, kw_only=True):
    """A client that has lived elsewhere and brings what no dialect may write.

    For a client who is here already `serial`, `uuid`, `origins` and the two times mean nothing,
    and `version` is the least that it is to have after a change.
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
    name: str
    settings: str = ""


class ImportGroup(Command, frozen=True, kw_only=True):
    """A group that has lived elsewhere, under the serial by which its clients know it."""

    serial: int
    name: str
    settings: str = ""
    created_at: OrUnset[datetime] = UNSET
    updated_at: OrUnset[datetime] = UNSET
    archived_at: datetime | None = None
    is_deleted: bool = False


class ChangeGroup(Command, frozen=True, kw_only=True):
    name: OrUnset[str] = UNSET
    settings: OrUnset[str] = UNSET


RELATION_FIELDS = frozenset({"contacts", "documents", "origins"})


def set_fields(command: ChangeClient | ContactDraft) -> dict[str, Any]:
    """What it says of the client, or the contact, itself."""
    names, values_of = field_getter(type(command))
    values = zip(names, values_of(command), strict=True)
    return {name: value for name, value in values if value is not UNSET}


@functools.cache
def field_getter(
    kind: type[ChangeClient | ContactDraft],
) -> tuple[tuple[str, ...], Callable[[Any], Any]]:
    names = tuple(name for name in kind.__struct_fields__ if name not in RELATION_FIELDS)
    return names, attrgetter(*names)
