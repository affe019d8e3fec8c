"""Groups as they are asked for: which of them, in which order, which window."""

import enum
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from .commands import Command
from .records import State


class GroupColumn(enum.Enum):
    """Columns that a list of groups can be sorted by; equal ones are sorted by serial."""

    SERIAL = "serial"
    NAME = "name_folded"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    ARCHIVED_AT = "archived_at"
    IS_DELETED = "is_deleted"


class GroupQuery(Command, frozen=True, kw_only=True):
    """`text` is looked for in the name, without regard to case and accents."""

    text: str | None = None
    states: frozenset[State] | None = None
    column: GroupColumn = GroupColumn.SERIAL
    is_descending: bool = False
    offset: int = 0
    limit: int = 20


class ClientColumn(enum.Enum):
    """What clients can be sorted by. Text sorts by code point with ASCII case folded, or without
    any case and accents where it can be searched in.

    A nameless client has for a NAME what it is called after: a contact's name, or else its e-mail.
    """

    SERIAL = "serial"
    NAME = "name"
    CONTACT = "contact"
    CONTACT_EMAIL = "contact_email"
    NUMBER = "number"
    BALANCE = "balance"
    PAID_TO_DATE = "paid_to_date"
    PAYMENT_BALANCE = "payment_balance"
    CREDIT_BALANCE = "credit_balance"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    ARCHIVED_AT = "archived_at"
    IS_DELETED = "is_deleted"
    LAST_LOGIN = "last_login"
    USER = "user_serial"
    ASSIGNED_USER = "assigned_user_serial"
    GROUP = "group_serial"
    COUNTRY = "country_id"
    SHIPPING_COUNTRY = "shipping_country_id"
    INDUSTRY = "industry_id"
    SIZE = "size_id"
    ID_NUMBER = "id_number"
    VAT_NUMBER = "vat_number"
    ROUTING_ID = "routing_id"
    CLASSIFICATION = "classification"
    PHONE = "phone"
    WEBSITE = "website"
    ADDRESS1 = "address1"
    ADDRESS2 = "address2"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    PUBLIC_NOTES = "public_notes"
    PRIVATE_NOTES = "private_notes"
    CUSTOM_VALUE1 = "custom_value1"
    CUSTOM_VALUE2 = "custom_value2"
    CUSTOM_VALUE3 = "custom_value3"
    CUSTOM_VALUE4 = "custom_value4"


class SortKey(Command, frozen=True, kw_only=True):
    column: ClientColumn
    is_descending: bool = False


class TextColumn(enum.Enum):
    """Texts that can be asked for a part of them."""

    VAT_NUMBER = "vat_number"
    CUSTOM_VALUE1 = "custom_value1"
    CUSTOM_VALUE2 = "custom_value2"
    CUSTOM_VALUE3 = "custom_value3"
    CUSTOM_VALUE4 = "custom_value4"


class ComparisonOperator(enum.Enum):
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    EQ = "eq"


class Comparison(Command, frozen=True, kw_only=True):
    operator: ComparisonOperator
    amount: Decimal


class OneOf(Command, frozen=True, kw_only=True):
    """The column's value is one of these; none of them finds nothing. A text has any case."""

    column: ClientColumn
    values: tuple[int | str, ...]


class Contains(Command, frozen=True, kw_only=True):
    """The column's text holds this one, without regard to case and accents."""

    column: TextColumn
    text: str


class ClientQuery(Command, frozen=True, kw_only=True):
    """Which clients, in which order, which window. Every condition combines with AND.

    `email`, `number` and `id_number` are equal without regard to case and accents; `text` is
    looked for in names, numbers, custom values and contacts, `name` in the name only.
    `*_from` and `*_to` bounds include the moment, `*_after` and `*_before` do not.

    The first of `sorting` weighs most; clients that are equal in all of it come by their serial,
    falling when the first falls.
    """

    serials: tuple[int, ...] | None = None
    states: frozenset[State] | None = None
    balance: Comparison | None = None
    balance_between: tuple[Decimal, Decimal] | None = None
    email: str | None = None
    id_number: str | None = None
    number: str | None = None
    name: str | None = None
    text: str | None = None
    one_of: tuple[OneOf, ...] = ()
    contains: tuple[Contains, ...] = ()
    created_from: datetime | None = None
    created_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    first_serial: int | None = None
    sort_keys: tuple[SortKey, ...] = ()
    offset: int = 0
    limit: int = 20


class TombstoneQuery(Command, frozen=True, kw_only=True):
    """Which clients that are gone; neither bound includes its moment."""

    deleted_after: datetime | None = None
    deleted_before: datetime | None = None
    limit: int = 20


class DocumentColumn(enum.Enum):
    """Columns that a list of documents can be sorted by; equal ones are sorted by serial."""

    SERIAL = "serial"
    NAME = "name_folded"
    TYPE = "type"
    SIZE = "size"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


class DocumentQuery(Struct, frozen=True, kw_only=True):
    """Which documents; the conditions combine with AND. `name` is part of the name in any case."""

    client_serials: tuple[int, ...] | None = None
    name: str | None = None
    is_public: bool | None = None
    types: frozenset[str] | None = None
    other_than: frozenset[str] = frozenset()
    column: DocumentColumn = DocumentColumn.SERIAL
    is_descending: bool = False
    offset: int = 0
    limit: int = 20
