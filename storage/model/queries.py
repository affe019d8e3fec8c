"""Queries: the conditions, the sort order and the page of a list of records."""

import enum
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from .commands import Command
from .records import State


class GroupColumn(enum.Enum):
    """A column by which groups can be sorted. Groups with equal values are sorted by serial."""

    SERIAL = "serial"
    NAME = "name_folded"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    ARCHIVED_AT = "archived_at"
    IS_DELETED = "is_deleted"


class GroupQuery(Command, frozen=True, kw_only=True):
    """The query of a list of groups.

    `text` is searched in the name, without regard to case and accents.
    """

    text: str | None = None
    states: frozenset[State] | None = None
    column: GroupColumn = GroupColumn.SERIAL
    is_descending: bool = False
    offset: int = 0
    limit: int = 20


class ClientColumn(enum.Enum):
    """A column by which clients can be sorted.

    Text is sorted by code point, with ASCII letters in lower case. Text that can be searched is
    sorted without regard to case and accents. A client without a name is sorted by NAME under a
    contact's name, or else that contact's e-mail.
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
    """One column of a sort order, with its direction."""

    column: ClientColumn
    is_descending: bool = False


class TextColumn(enum.Enum):
    """A text column of clients in which a part of the text can be searched."""

    VAT_NUMBER = "vat_number"
    CUSTOM_VALUE1 = "custom_value1"
    CUSTOM_VALUE2 = "custom_value2"
    CUSTOM_VALUE3 = "custom_value3"
    CUSTOM_VALUE4 = "custom_value4"


class ComparisonOperator(enum.Enum):
    """The operator of a comparison."""

    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    EQ = "eq"


class Comparison(Command, frozen=True, kw_only=True):
    """A comparison of a balance with an amount."""

    operator: ComparisonOperator
    amount: Decimal


class OneOf(Command, frozen=True, kw_only=True):
    """The condition that a column has one of some values.

    Without values no client is found. Texts are compared without regard to ASCII case.
    """

    column: ClientColumn
    values: tuple[int | str, ...]


class Contains(Command, frozen=True, kw_only=True):
    """The condition that a column contains a text, without regard to case and accents."""

    column: TextColumn
    text: str


class ClientQuery(Command, frozen=True, kw_only=True):
    """The query of a list of clients. All conditions are combined with AND.

    `email`, `number` and `id_number` are compared without regard to case and accents. `text` is
    searched in names, numbers, custom values and contacts; `name` in the name only. The bounds
    `*_from` and `*_to` include their moment, `*_after` and `*_before` do not. `updated_*` are about
    the time of change that a client shows; `arrived_*`, for callers that poll, about when its last
    change was committed: that of an imported client is the import.

    A client with the serial `first_serial` is found whatever the conditions say, and comes first.

    The first of `sort_keys` is the primary one. Clients that are equal in all keys are sorted by
    serial, ascending in both directions, as the original does.
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
    arrived_from: datetime | None = None
    arrived_after: datetime | None = None
    arrived_before: datetime | None = None
    first_serial: int | None = None
    sort_keys: tuple[SortKey, ...] = ()
    offset: int = 0
    limit: int = 20


class TombstoneQuery(Command, frozen=True, kw_only=True):
    """The query of a list of deleted clients, by when their deletion was committed.

    Neither bound includes its moment.
    """

    arrived_after: datetime | None = None
    arrived_before: datetime | None = None
    limit: int = 20


class DocumentColumn(enum.Enum):
    """A column by which documents can be sorted; those with equal values are sorted by serial."""

    SERIAL = "serial"
    NAME = "name_folded"
    TYPE = "type"
    SIZE = "size"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


class DocumentQuery(Struct, frozen=True, kw_only=True):
    """The query of a list of documents. All conditions are combined with AND.

    `name` is a part of the name, without regard to case and accents. `other_than` are types that
    are left out.
    """

    serials: tuple[int, ...] | None = None
    client_serials: tuple[int, ...] | None = None
    name: str | None = None
    is_public: bool | None = None
    types: frozenset[str] | None = None
    other_than: frozenset[str] = frozenset()
    column: DocumentColumn = DocumentColumn.SERIAL
    is_descending: bool = False
    offset: int = 0
    limit: int = 20
