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
Given: TypeAlias = T | UnsetType


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


def drafted(contact: Contact) -> ContactDraft:
    """The draft that leaves a contact as it is."""
    fields = ContactDraft.__struct_fields__
    return ContactDraft(**{field: getattr(contact, field) for field in fields})


class ChangeClient(Command, frozen=True, kw_only=True):
    """The fields that shall differ. `contacts` is the whole list: a contact left out is deleted.
    So is `documents`.

    `number` None asks for a generated one; `country_id` None falls back to the account's.
    """

    number: Given[str | None] = UNSET
    classification: Given[str] = UNSET
    organization_name: Given[str] = UNSET
    first_name: Given[str] = UNSET
    last_name: Given[str] = UNSET
    middle_name: Given[str] = UNSET
    phone: Given[str] = UNSET
    phone_rank: Given[int] = UNSET
    website: Given[str] = UNSET
    address1: Given[str] = UNSET
    address2: Given[str] = UNSET
    city: Given[str] = UNSET
    state: Given[str] = UNSET
    postal_code: Given[str] = UNSET
    country_id: Given[int | None] = UNSET
    shipping_address1: Given[str] = UNSET
    shipping_address2: Given[str] = UNSET
    shipping_city: Given[str] = UNSET
    shipping_state: Given[str] = UNSET
    shipping_postal_code: Given[str] = UNSET
    shipping_country_id: Given[int | None] = UNSET
    service_text: Given[str | None] = UNSET
    entrance_no: Given[str] = UNSET
    floor: Given[str] = UNSET
    apartment: Given[str] = UNSET
    description: Given[str] = UNSET
    longitude: Given[float | None] = UNSET
    latitude: Given[float | None] = UNSET
    private_notes: Given[str] = UNSET
    public_notes: Given[str] = UNSET
    assigned_user_serial: Given[int | None] = UNSET
    group_serial: Given[int | None] = UNSET
    industry_id: Given[int | None] = UNSET
    size_id: Given[int | None] = UNSET
    vat_number: Given[str] = UNSET
    id_number: Given[str] = UNSET
    routing_id: Given[str] = UNSET
    has_valid_vat_number: Given[bool] = UNSET
    is_tax_exempt: Given[bool] = UNSET
    custom_value1: Given[str] = UNSET
    custom_value2: Given[str] = UNSET
    custom_value3: Given[str] = UNSET
    custom_value4: Given[str] = UNSET
    settings: Given[str] = UNSET
    contacts: Given[tuple[ContactDraft, ...]] = UNSET
    documents: Given[tuple[DocumentDraft, ...]] = UNSET


class CreateClient(ChangeClient, frozen=True, kw_only=True):
    """A new client; what is UNSET takes the store's default."""

    external_id: Given[str | None] = UNSET
    origins: tuple[Origin, ...] = ()


class ImportContact(ContactDraft, frozen=True, kw_only=True):
    """A contact that has lived elsewhere. Its `serial` is that of a contact of the client, or the
    one that it wants to have."""

    is_locked: Given[bool] = UNSET
    contact_key: Given[str] = UNSET
    last_login: Given[datetime | None] = UNSET
    created_at: Given[datetime] = UNSET
    updated_at: Given[datetime] = UNSET


class ImportClient(CreateClient, frozen=True, kw_only=True):
    """A client that has lived elsewhere and brings what no dialect may write.

    For a client who is here already `serial`, `uuid`, `origins` and the two times mean nothing,
    and `version` is the least that it is to have after a change.
    """

    uuid: Given[UUID] = UNSET
    serial: Given[int] = UNSET
    version: Given[int] = UNSET
    client_hash: Given[str] = UNSET
    user_serial: Given[int] = UNSET
    balance: Given[Decimal] = UNSET
    paid_to_date: Given[Decimal] = UNSET
    payment_balance: Given[Decimal] = UNSET
    credit_balance: Given[Decimal] = UNSET
    created_at: Given[datetime] = UNSET
    updated_at: Given[datetime] = UNSET
    archived_at: Given[datetime | None] = UNSET
    is_deleted: Given[bool] = UNSET
    last_login: Given[datetime | None] = UNSET
    extras: Given[dict[str, str]] = UNSET


class CreateGroup(Command, frozen=True, kw_only=True):
    name: str
    settings: str = ""


class ImportGroup(Command, frozen=True, kw_only=True):
    """A group that has lived elsewhere, under the serial by which its clients know it."""

    serial: int
    name: str
    settings: str = ""
    created_at: Given[datetime] = UNSET
    updated_at: Given[datetime] = UNSET
    archived_at: datetime | None = None
    is_deleted: bool = False


class ChangeGroup(Command, frozen=True, kw_only=True):
    name: Given[str] = UNSET
    settings: Given[str] = UNSET


RELATED = frozenset({"contacts", "documents", "origins"})


def given_fields(command: ChangeClient | ContactDraft) -> dict[str, Any]:
    """What it says of the client, or the contact, itself."""
    names, values_of = own_fields(type(command))
    values = zip(names, values_of(command), strict=True)
    return {name: value for name, value in values if value is not UNSET}


@functools.cache
def own_fields(
    kind: type[ChangeClient | ContactDraft],
) -> tuple[tuple[str, ...], Callable[[Any], Any]]:
    names = tuple(name for name in kind.__struct_fields__ if name not in RELATED)
    return names, attrgetter(*names)
