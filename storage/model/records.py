"""Records that the store returns: frozen, complete, in UTC, free of the terms of any dialect.

A new field of a client starts here and in `commands.py`; CONTRIBUTING.md lists the other places.
"""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from .names import display_name, is_individual, join_name

T = TypeVar("T")
ZERO = Decimal(0)


class Record(msgspec.Struct, frozen=True, gc=False):
    """Base class of every record.

    `gc=False`: no record is part of a reference cycle, so Python's garbage collector can skip it.
    """


class Secret(str):
    """A text that its repr hides, so that no log and no traceback shows it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


class State(enum.Enum):
    """The state of a client or a group. A deleted one is DELETED whether or not it was archived."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DELETED = "deleted"


LIVE_STATES = frozenset({State.ACTIVE, State.ARCHIVED})


class Address(NamedTuple):
    """A structured postal address; `country_id` is an ISO 3166-1 numeric code."""

    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country_id: int | None = None


class Origin(Record, frozen=True, kw_only=True):
    """The link of a client to its counterpart in a source, from which it came or to which it went.

    `source` names the source, `foreign_id` is the client's id there, `foreign_updated_at` the time
    of its last change there. `stamp` is the change stamp of the counterpart at the last sync, and
    `version` the client's version then; each of them is empty while a change of its side is still
    to be carried over. `agreed` is what both sides showed when they last agreed, packed.
    """

    source: str
    foreign_id: str
    foreign_updated_at: datetime | None = None
    stamp: str = ""
    version: int | None = None
    agreed: bytes | None = None


class Contact(Record, frozen=True, kw_only=True):
    """A contact person of a client.

    A rank is the place of a value in the client's list of phones or e-mails; 0 without a value.
    """

    serial: int
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    email_rank: int = 0
    phone: str = ""
    phone_rank: int = 0
    is_primary: bool = False
    send_email: bool = True
    is_locked: bool = False
    custom_value1: str = ""
    custom_value2: str = ""
    custom_value3: str = ""
    custom_value4: str = ""
    contact_key: str
    password_hash: Secret | None = None
    last_login: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """The first and last name in one line; empty if the contact has none."""
        return join_name(self.first_name, self.last_name)


class Document(Record, frozen=True, kw_only=True):
    """A file that belongs to a client.

    `name` is the name that it was uploaded with, `hash` the name of its bytes in the blob store,
    `type` a file extension. `width` and `height` are 0 unless it is an image.
    """

    serial: int
    client_serial: int
    name: str
    type: str
    hash: str
    size: int
    width: int = 0
    height: int = 0
    is_public: bool = True
    user_serial: int
    created_at: datetime
    updated_at: datetime


class Client(Record, frozen=True, kw_only=True):
    """A complete client. A text that was never given is empty, any other value is None.

    The service address is structured (`shipping_*`) or text (`service_text`), never both.
    An empty `service_text` means "explicitly none", None means that the text form is not used.
    `settings` is the JSON text of an object, stored verbatim; empty if it was never given.
    `extras` is opaque text per dialect. `contacts` are those that are not deleted, the primary one
    first. `documents` are sorted by serial, the oldest first.
    """

    uuid: UUID
    serial: int
    external_id: str | None = None
    number: str
    version: int = 1
    created_at: datetime
    updated_at: datetime

    classification: str = ""
    organization_name: str = ""
    first_name: str = ""
    last_name: str = ""
    middle_name: str = ""

    archived_at: datetime | None = None
    is_deleted: bool = False

    balance: Decimal = ZERO
    paid_to_date: Decimal = ZERO
    payment_balance: Decimal = ZERO
    credit_balance: Decimal = ZERO

    phone: str = ""
    phone_rank: int = 0
    website: str = ""

    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country_id: int | None = None

    shipping_address1: str = ""
    shipping_address2: str = ""
    shipping_city: str = ""
    shipping_state: str = ""
    shipping_postal_code: str = ""
    shipping_country_id: int | None = None
    service_text: str | None = None
    entrance_no: str = ""
    floor: str = ""
    apartment: str = ""
    description: str = ""
    longitude: float | None = None
    latitude: float | None = None

    private_notes: str = ""
    public_notes: str = ""
    user_serial: int
    assigned_user_serial: int | None = None
    group_serial: int | None = None
    industry_id: int | None = None
    size_id: int | None = None
    vat_number: str = ""
    id_number: str = ""
    routing_id: str = ""
    has_valid_vat_number: bool = False
    is_tax_exempt: bool = False
    custom_value1: str = ""
    custom_value2: str = ""
    custom_value3: str = ""
    custom_value4: str = ""
    client_hash: str
    settings: str = ""
    last_login: datetime | None = None

    extras: dict[str, str] = msgspec.field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def is_individual(self) -> bool:
        """Whether the client is a person, not an organization."""
        return is_individual(self.classification, self.organization_name)

    @property
    def name(self) -> str:
        """The name of the person or organization; empty if the client has none."""
        return display_name(
            self.classification,
            self.organization_name,
            self.first_name,
            self.last_name,
            self.middle_name,
        )

    @property
    def primary_contact(self) -> Contact | None:
        """The primary contact; None if the client has none."""
        return next((c for c in self.contacts if c.is_primary), None)

    @property
    def fallback_contact(self) -> Contact | None:
        """The contact whose name stands for a client without a name; None if there is none.

        It is the first contact, the primary one before all others, with a name or an e-mail that
        is not blank.
        """
        return next((c for c in self.contacts if f"{c.name}{c.email}".strip()), None)

    @property
    def billing_address(self) -> Address:
        """The billing address, from the address fields without a prefix."""
        return Address(
            self.address1, self.address2, self.city, self.state, self.postal_code, self.country_id
        )

    @property
    def shipping_address(self) -> Address:
        """The structured service address, from the `shipping_*` fields."""
        return Address(
            self.shipping_address1,
            self.shipping_address2,
            self.shipping_city,
            self.shipping_state,
            self.shipping_postal_code,
            self.shipping_country_id,
        )


class ClientTotals(Record, frozen=True, kw_only=True):
    """How many clients an account has, and their sums of money."""

    clients: int
    archived: int
    deleted: int
    balance: Decimal
    paid_to_date: Decimal


class Tombstone(Record, frozen=True, kw_only=True):
    """What remains known of a client that is deleted or purged.

    `merged_into` is the uuid of the client that has taken it in; None if it was not merged.
    """

    uuid: UUID
    serial: int
    external_id: str | None = None
    created_at: datetime
    deleted_at: datetime
    merged_into: UUID | None = None


class Group(Record, frozen=True, kw_only=True):
    """A group of clients; `settings` is JSON text, like the settings of a client."""

    serial: int
    name: str
    settings: str = ""
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    is_deleted: bool = False


class Page(Record, Generic[T], frozen=True, kw_only=True):
    """One page of the records that a query found, and the `total` number of them."""

    records: tuple[T, ...]
    total: int
