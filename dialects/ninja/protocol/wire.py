"""Shapes of this API's bodies and query strings: all fields, in the order of the API. No logic.

A scalar in an input may be a text, a number, a boolean or null: forms and query strings know only
text, and callers in languages without strict types send the type that they have.
"""

from decimal import Decimal
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

Scalar: TypeAlias = str | int | float | bool | UnsetType | None
Amount: TypeAlias = int | Decimal


class Contact(Struct, kw_only=True):
    """A contact of a client in an answer."""

    id: str
    first_name: str
    last_name: str
    email: str
    created_at: int
    updated_at: int
    archived_at: int
    is_primary: bool
    is_locked: bool
    phone: str
    custom_value1: str
    custom_value2: str
    custom_value3: str
    custom_value4: str
    contact_key: str
    send_email: bool
    last_login: int
    password: str
    link: str


class Document(Struct, kw_only=True):
    """A document of a client in an answer."""

    id: str
    user_id: str
    assigned_user_id: str
    project_id: str
    vendor_id: str
    url: str
    preview: str
    name: str
    type: str
    disk: str
    hash: str
    size: int
    width: int
    height: int
    is_default: bool
    updated_at: int
    archived_at: int
    created_at: int
    is_deleted: bool
    is_public: bool
    link: str


class DocumentInput(Struct, kw_only=True):
    """A change of a document."""

    name: Scalar = UNSET
    is_public: Scalar = UNSET


class Client(Struct, kw_only=True):
    """A client in an answer."""

    id: str
    user_id: str
    assigned_user_id: str
    name: str
    website: str
    private_notes: str
    balance: Amount
    group_settings_id: str
    paid_to_date: Amount
    payment_balance: Amount
    credit_balance: Amount
    last_login: int
    size_id: str
    public_notes: str
    client_hash: str
    address1: str
    address2: str
    phone: str
    city: str
    state: str
    postal_code: str
    country_id: str
    industry_id: str
    custom_value1: str
    custom_value2: str
    custom_value3: str
    custom_value4: str
    shipping_address1: str
    shipping_address2: str
    shipping_city: str
    shipping_state: str
    shipping_postal_code: str
    shipping_country_id: str
    settings: Raw
    is_deleted: bool
    vat_number: str
    id_number: str
    updated_at: int
    archived_at: int
    created_at: int
    display_name: str
    number: str
    has_valid_vat_number: bool
    is_tax_exempt: bool
    routing_id: str
    tax_info: Raw
    classification: str
    e_invoice: Raw
    contacts: list[Contact]
    documents: list[Document]
    gateway_tokens: Raw
    group_settings: "Group | UnsetType" = UNSET
    activities: list[Any] | UnsetType = UNSET
    ledger: list[Any] | UnsetType = UNSET
    system_logs: list[Any] | UnsetType = UNSET
    """These four are shown only if the request includes them."""


class Group(Struct, kw_only=True):
    """A group of clients in an answer."""

    id: str
    name: str
    settings: Raw
    created_at: int
    updated_at: int
    archived_at: int
    is_deleted: bool
    documents: list[Any]


class GroupInput(Struct, kw_only=True):
    """A new group, or a change of one."""

    name: Scalar = UNSET
    settings: dict[str, Any] | UnsetType = UNSET


class Extras(Struct, kw_only=True):
    """Fields of a client that only this API has. No caller can write them; stored unread."""

    tax_info: Raw = Raw(b"{}")
    e_invoice: Raw = Raw(b"{}")
    gateway_tokens: Raw = Raw(b"[]")


class Pagination(Struct, kw_only=True):
    """The page that a list shows, and the links to the pages beside it."""

    total: int
    count: int
    per_page: int
    current_page: int
    total_pages: int
    links: dict[str, str] | list[str]


class Meta(Struct):
    """The `meta` beside the `data` of a list."""

    pagination: Pagination


class One(Struct):
    """The envelope of one client."""

    data: Client


class Many(Struct):
    """The envelope of a list of clients."""

    data: list[Client]
    meta: Meta


class ContactInput(Struct, kw_only=True):
    """A contact in the `contacts` of a ClientInput."""

    id: Scalar = UNSET
    first_name: Scalar = UNSET
    last_name: Scalar = UNSET
    email: Scalar = UNSET
    phone: Scalar = UNSET
    is_primary: Scalar = UNSET
    send_email: Scalar = UNSET
    custom_value1: Scalar = UNSET
    custom_value2: Scalar = UNSET
    custom_value3: Scalar = UNSET
    custom_value4: Scalar = UNSET
    password: Any = UNSET
    """A text; any other value is refused with the sentences about passwords."""


class ClientInput(Struct, kw_only=True):
    """A new client, or a change of one; unset fields were not given."""

    assigned_user_id: Scalar = UNSET
    name: Scalar = UNSET
    website: Scalar = UNSET
    private_notes: Scalar = UNSET
    group_settings_id: Scalar = UNSET
    size_id: Scalar = UNSET
    public_notes: Scalar = UNSET
    address1: Scalar = UNSET
    address2: Scalar = UNSET
    phone: Scalar = UNSET
    city: Scalar = UNSET
    state: Scalar = UNSET
    postal_code: Scalar = UNSET
    country_id: Scalar = UNSET
    country_code: Scalar = UNSET
    industry_id: Scalar = UNSET
    custom_value1: Scalar = UNSET
    custom_value2: Scalar = UNSET
    custom_value3: Scalar = UNSET
    custom_value4: Scalar = UNSET
    shipping_address1: Scalar = UNSET
    shipping_address2: Scalar = UNSET
    shipping_city: Scalar = UNSET
    shipping_state: Scalar = UNSET
    shipping_postal_code: Scalar = UNSET
    shipping_country_id: Scalar = UNSET
    shipping_country_code: Scalar = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    currency_code: Scalar = UNSET
    language_code: Scalar = UNSET
    company_logo: Any = UNSET
    vat_number: Scalar = UNSET
    id_number: Scalar = UNSET
    number: Scalar = UNSET
    has_valid_vat_number: Scalar = UNSET
    is_tax_exempt: Scalar = UNSET
    routing_id: Scalar = UNSET
    classification: Scalar = UNSET
    contacts: list[ContactInput] | UnsetType = UNSET
    documents: list[Any] | UnsetType = UNSET


class ListParams(Struct, kw_only=True):
    """Parameters of a list, not read yet; None if absent or empty, but UNSET for `is_deleted`."""

    per_page: Scalar = None
    page: Scalar = None
    include: Scalar = None
    balance: Scalar = None
    between_balance: Scalar = None
    email: Scalar = None
    id_number: Scalar = None
    number: Scalar = None
    filter: Scalar = None
    name: Scalar = None
    created_at: Scalar = None
    updated_at: Scalar = None
    is_deleted: Scalar = UNSET
    status: Scalar = None
    sort: Scalar | list[Any] = None
    client_id: Scalar = None
    group: Scalar = None
    with_: Scalar = msgspec.field(name="with", default=None)
    with_trashed: Scalar = None
    filter_details: Scalar = None
    custom_value1: Scalar = None
    custom_value2: Scalar = None
    custom_value3: Scalar = None
    custom_value4: Scalar = None
    vat_number: Scalar = None
    group_settings_id: Scalar = None
    assigned_user_ids: Scalar = None
    country_id: Scalar = None
    industry_id: Scalar = None
    size_id: Scalar = None
    classification: Scalar = None
    created_between: Scalar = None
    updated_between: Scalar = None


class Message(Struct, omit_defaults=True):
    """The body of an error answer."""

    message: str
    errors: dict[str, list[str]] | UnsetType = UNSET
