"""The tables: the only module that knows column names. Nothing outside storage sees it.

Every key starts with the account, so that an engine can distribute the tables by account.
Columns named `*_folded`, `*_order` and `search` are derived (see rows.py) and never read back.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Table, Uuid, and_, desc
from sqlmodel import Field, SQLModel

from .columns import TEXT, JsonText, Moment, Money

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMES


def text_column() -> Any:
    return Field(sa_type=TEXT, nullable=False)


def key_column() -> Any:
    return Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})


def number_column(*, nullable: bool = False) -> Any:
    return Field(sa_type=BigInteger, nullable=nullable)


def counter_column() -> Any:
    """A counter that a later migration added to rows that were there already."""
    return Field(
        sa_type=BigInteger, nullable=False, default=1, sa_column_kwargs={"server_default": "1"}
    )


def moment_column(*, nullable: bool = False) -> Any:
    return Field(sa_type=Moment, nullable=nullable)


def money_column() -> Any:
    return Field(sa_type=Money, nullable=False)


class AccountRow(SQLModel, table=True):
    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=TEXT, unique=True)
    hash_salt: str = text_column()
    country_id: int
    currency_id: int
    owner_serial: int = number_column()
    number_counter: int = number_column()
    number_padding: int
    next_client_serial: int = number_column()
    next_contact_serial: int = number_column()
    next_group_serial: int = counter_column()
    next_document_serial: int = counter_column()
    password_hash: str | None = Field(sa_type=TEXT, nullable=True)
    created_at: datetime = moment_column()


class TokenRow(SQLModel, table=True):
    __tablename__ = "token"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(sa_type=BigInteger, foreign_key="account.id", index=True)
    dialect: str = text_column()
    label: str = text_column()
    digest: str = Field(sa_type=TEXT, unique=True)
    is_read_only: bool
    created_at: datetime = moment_column()
    revoked_at: datetime | None = moment_column(nullable=True)


class ClientRow(SQLModel, table=True):
    __tablename__ = "client"

    account_id: int = Field(
        sa_type=BigInteger,
        primary_key=True,
        foreign_key="account.id",
        sa_column_kwargs={"autoincrement": False},
    )
    serial: int = key_column()
    uuid: UUID = Field(sa_type=Uuid)
    external_id: str | None = Field(sa_type=TEXT, nullable=True)
    number: str = text_column()
    version: int = number_column()
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()

    classification: str = text_column()
    organization_name: str = text_column()
    first_name: str = text_column()
    last_name: str = text_column()
    middle_name: str = text_column()

    archived_at: datetime | None = moment_column(nullable=True)
    is_deleted: bool

    balance: Decimal = money_column()
    paid_to_date: Decimal = money_column()
    payment_balance: Decimal = money_column()
    credit_balance: Decimal = money_column()

    phone: str = text_column()
    phone_rank: int
    website: str = text_column()

    address1: str = text_column()
    address2: str = text_column()
    city: str = text_column()
    state: str = text_column()
    postal_code: str = text_column()
    country_id: int | None = Field(nullable=True)

    shipping_address1: str = text_column()
    shipping_address2: str = text_column()
    shipping_city: str = text_column()
    shipping_state: str = text_column()
    shipping_postal_code: str = text_column()
    shipping_country_id: int | None = Field(nullable=True)
    service_text: str | None = Field(sa_type=TEXT, nullable=True)
    entrance_no: str = text_column()
    floor: str = text_column()
    apartment: str = text_column()
    description: str = text_column()
    longitude: float | None = Field(nullable=True)
    latitude: float | None = Field(nullable=True)

    private_notes: str = text_column()
    public_notes: str = text_column()
    user_serial: int = number_column()
    assigned_user_serial: int | None = number_column(nullable=True)
    group_serial: int | None = number_column(nullable=True)
    industry_id: int | None = Field(nullable=True)
    size_id: int | None = Field(nullable=True)
    vat_number: str = text_column()
    id_number: str = text_column()
    routing_id: str = text_column()
    has_valid_vat_number: bool
    is_tax_exempt: bool
    custom_value1: str = text_column()
    custom_value2: str = text_column()
    custom_value3: str = text_column()
    custom_value4: str = text_column()
    client_hash: str = text_column()
    settings: str = text_column()
    last_login: datetime | None = moment_column(nullable=True)
    extras: dict[str, str] = Field(sa_type=JsonText, nullable=False)

    name_folded: str = text_column()
    number_folded: str = text_column()
    number_order: str = text_column()
    id_number_folded: str = text_column()
    search: str = text_column()


class ContactRow(SQLModel, table=True):
    __tablename__ = "contact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "client_serial"], ["client.account_id", "client.serial"]
        ),
    )

    account_id: int = key_column()
    serial: int = key_column()
    client_serial: int = number_column()
    first_name: str = text_column()
    last_name: str = text_column()
    email: str = text_column()
    email_rank: int
    phone: str = text_column()
    phone_rank: int
    is_primary: bool
    send_email: bool
    is_locked: bool
    custom_value1: str = text_column()
    custom_value2: str = text_column()
    custom_value3: str = text_column()
    custom_value4: str = text_column()
    contact_key: str = text_column()
    password_hash: str | None = Field(sa_type=TEXT, nullable=True)
    last_login: datetime | None = moment_column(nullable=True)
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()
    deleted_at: datetime | None = moment_column(nullable=True)

    email_folded: str = text_column()


class GroupRow(SQLModel, table=True):
    __tablename__ = "client_group"

    account_id: int = Field(
        sa_type=BigInteger,
        primary_key=True,
        foreign_key="account.id",
        sa_column_kwargs={"autoincrement": False},
    )
    serial: int = key_column()
    name: str = text_column()
    settings: str = text_column()
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()
    archived_at: datetime | None = moment_column(nullable=True)
    is_deleted: bool

    name_folded: str = text_column()


class OriginRow(SQLModel, table=True):
    """One client per foreign id and source; one client may have several origins."""

    __tablename__ = "origin"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "client_serial"], ["client.account_id", "client.serial"]
        ),
    )

    account_id: int = key_column()
    source: str = Field(sa_type=TEXT, primary_key=True)
    foreign_id: str = Field(sa_type=TEXT, primary_key=True)
    client_serial: int = number_column()
    foreign_updated_at: datetime | None = moment_column(nullable=True)


class DocumentRow(SQLModel, table=True):
    __tablename__ = "document"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "client_serial"], ["client.account_id", "client.serial"]
        ),
    )

    account_id: int = key_column()
    serial: int = key_column()
    client_serial: int = number_column()
    name: str = text_column()
    type: str = text_column()
    hash: str = text_column()
    size: int = number_column()
    width: int
    height: int
    is_public: bool
    user_serial: int = number_column()
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()

    name_folded: str = text_column()


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a model; statements are written in Core."""
    found = SQLModel.metadata.tables[str(model.__tablename__)]
    assert isinstance(found, Table)  # noqa: S101  a plain declaration has a plain table
    return found


ACCOUNT = table(AccountRow)
TOKEN = table(TokenRow)
CLIENT = table(ClientRow)
CONTACT = table(ContactRow)
ORIGIN = table(OriginRow)
GROUP = table(GroupRow)
DOCUMENT = table(DocumentRow)

Index("uq_client_uuid", CLIENT.c.account_id, CLIENT.c.uuid, unique=True)
Index("uq_client_number", CLIENT.c.account_id, CLIENT.c.number_folded, unique=True)
LIVE_EXTERNAL_ID = and_(CLIENT.c.external_id.is_not(None), CLIENT.c.is_deleted.is_(False))
Index(
    "uq_client_external_id",
    CLIENT.c.account_id,
    CLIENT.c.external_id,
    unique=True,
    sqlite_where=LIVE_EXTERNAL_ID,
    postgresql_where=LIVE_EXTERNAL_ID,
)
Index("ix_client_newest", CLIENT.c.account_id, desc(CLIENT.c.created_at), desc(CLIENT.c.serial))
Index("ix_client_updated_at", CLIENT.c.account_id, CLIENT.c.updated_at)
Index("ix_client_name", CLIENT.c.account_id, CLIENT.c.name_folded)
Index("ix_client_id_number", CLIENT.c.account_id, CLIENT.c.id_number_folded)
Index("ix_contact_client", CONTACT.c.account_id, CONTACT.c.client_serial)
Index("ix_contact_email", CONTACT.c.account_id, CONTACT.c.email_folded)
Index("ix_origin_client", ORIGIN.c.account_id, ORIGIN.c.client_serial)
Index("ix_document_client", DOCUMENT.c.account_id, DOCUMENT.c.client_serial)
