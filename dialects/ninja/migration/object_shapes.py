"""Shapes of this API's objects in all versions of the API. No logic.

Every key may be missing or null. A number may stand for a text, and a text for a number. Raw
fields are stored as the JSON that came.
"""

from decimal import Decimal

from msgspec import UNSET, Raw, Struct, UnsetType

from ..protocol.wire import Scalar

Money = Decimal | UnsetType | None
RawJson = Raw | UnsetType


class Contact(Struct, kw_only=True, forbid_unknown_fields=True):
    """A contact in the `contacts` of a client object."""

    id: Scalar = UNSET
    first_name: Scalar = UNSET
    last_name: Scalar = UNSET
    email: Scalar = UNSET
    created_at: Scalar = UNSET
    updated_at: Scalar = UNSET
    archived_at: Scalar = UNSET
    is_primary: Scalar = UNSET
    is_locked: Scalar = UNSET
    phone: Scalar = UNSET
    custom_value1: Scalar = UNSET
    custom_value2: Scalar = UNSET
    custom_value3: Scalar = UNSET
    custom_value4: Scalar = UNSET
    contact_key: Scalar = UNSET
    send_email: Scalar = UNSET
    last_login: Scalar = UNSET
    password: Scalar = UNSET
    link: Scalar = UNSET


class Group(Struct, kw_only=True, forbid_unknown_fields=True):
    """The `group_settings` of a client object."""

    id: Scalar = UNSET
    name: Scalar = UNSET
    settings: RawJson = UNSET
    created_at: Scalar = UNSET
    updated_at: Scalar = UNSET
    archived_at: Scalar = UNSET
    is_deleted: Scalar = UNSET
    documents: RawJson = UNSET


class Client(Struct, kw_only=True, forbid_unknown_fields=True):
    """A client object, with its contacts and, if they were asked for, its group and files."""

    id: Scalar = UNSET
    user_id: Scalar = UNSET
    assigned_user_id: Scalar = UNSET
    name: Scalar = UNSET
    website: Scalar = UNSET
    private_notes: Scalar = UNSET
    balance: Money = UNSET
    group_settings_id: Scalar = UNSET
    paid_to_date: Money = UNSET
    payment_balance: Money = UNSET
    credit_balance: Money = UNSET
    last_login: Scalar = UNSET
    size_id: Scalar = UNSET
    public_notes: Scalar = UNSET
    client_hash: Scalar = UNSET
    address1: Scalar = UNSET
    address2: Scalar = UNSET
    phone: Scalar = UNSET
    city: Scalar = UNSET
    state: Scalar = UNSET
    postal_code: Scalar = UNSET
    country_id: Scalar = UNSET
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
    settings: RawJson = UNSET
    is_deleted: Scalar = UNSET
    vat_number: Scalar = UNSET
    id_number: Scalar = UNSET
    updated_at: Scalar = UNSET
    archived_at: Scalar = UNSET
    created_at: Scalar = UNSET
    display_name: Scalar = UNSET
    number: Scalar = UNSET
    has_valid_vat_number: Scalar = UNSET
    is_tax_exempt: Scalar = UNSET
    routing_id: Scalar = UNSET
    tax_info: RawJson = UNSET
    classification: Scalar = UNSET
    e_invoice: RawJson = UNSET
    contacts: list[Contact] | UnsetType | None = UNSET
    documents: RawJson = UNSET
    gateway_tokens: RawJson = UNSET
    group_settings: RawJson = UNSET
