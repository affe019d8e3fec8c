"""Tables of clients, with their contacts, origins, documents and tombstones.

The tables of accounts and runs are imported, so that an import of this module declares the full
schema. No code outside storage uses the name of a column.

Every key starts with the account, so that an engine can distribute the tables by account.
Columns named `*_folded`, `*_order` and `search` are derived (see row_mapping.py). They are never
read into a record.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Uuid, and_, desc
from sqlmodel import Field, SQLModel

from .account_tables import ACCOUNT, GROUP, TOKEN
from .alias_tables import ALIAS
from .column_types import (
    TEXT_TYPE,
    JsonType,
    account_column,
    added_moment_column,
    added_text_column,
    bigint_column,
    core_table,
    integer_column,
    key_column,
    moment_column,
    money_column,
    text_column,
)
from .conflict_tables import CONFLICT
from .mirror_tables import MIRROR
from .run_tables import RUN, RUN_LINE
from .service_tables import SERVICE
from .tombstone_tables import TOMBSTONE

__all__ = [
    "ACCOUNT",
    "ALIAS",
    "CLIENT",
    "CONFLICT",
    "CONTACT",
    "DOCUMENT",
    "GROUP",
    "MIRROR",
    "ORIGIN",
    "RUN",
    "RUN_LINE",
    "SERVICE",
    "TOKEN",
    "TOMBSTONE",
]


class ClientRow(SQLModel, table=True):
    """A client: the fields of its record, then its derived columns."""

    __tablename__ = "client"

    account_id: int = account_column()
    serial: int = key_column()
    uuid: UUID = Field(sa_type=Uuid)
    external_id: str | None = Field(sa_type=TEXT_TYPE, nullable=True)
    number: str = text_column()
    version: int = bigint_column()
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
    phone_rank: int = integer_column()
    website: str = text_column()

    address1: str = text_column()
    address2: str = text_column()
    city: str = text_column()
    state: str = text_column()
    postal_code: str = text_column()
    country_id: int | None = integer_column(nullable=True)

    shipping_address1: str = text_column()
    shipping_address2: str = text_column()
    shipping_city: str = text_column()
    shipping_state: str = text_column()
    shipping_postal_code: str = text_column()
    shipping_country_id: int | None = integer_column(nullable=True)
    service_text: str | None = Field(sa_type=TEXT_TYPE, nullable=True)
    entrance_no: str = text_column()
    floor: str = text_column()
    apartment: str = text_column()
    description: str = text_column()
    longitude: float | None = Field(nullable=True)
    latitude: float | None = Field(nullable=True)

    private_notes: str = text_column()
    public_notes: str = text_column()
    user_serial: int = bigint_column()
    assigned_user_serial: int | None = bigint_column(nullable=True)
    group_serial: int | None = bigint_column(nullable=True)
    industry_id: int | None = integer_column(nullable=True)
    size_id: int | None = integer_column(nullable=True)
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
    extras: dict[str, str] = Field(sa_type=JsonType, nullable=False)

    name_folded: str = text_column()
    number_folded: str = text_column()
    number_order: str = text_column()
    id_number_folded: str = text_column()
    search: str = text_column()
    display_folded: str = added_text_column()
    contact_folded: str = added_text_column()
    contact_email_folded: str = added_text_column()
    vat_number_folded: str = added_text_column()
    custom_value1_folded: str = added_text_column()
    custom_value2_folded: str = added_text_column()
    custom_value3_folded: str = added_text_column()
    custom_value4_folded: str = added_text_column()

    arrived_at: datetime = added_moment_column()


class ContactRow(SQLModel, table=True):
    """A contact of a client. A deleted contact stays as a row with `deleted_at`."""

    __tablename__ = "contact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "client_serial"], ["client.account_id", "client.serial"]
        ),
    )

    account_id: int = key_column()
    serial: int = key_column()
    client_serial: int = bigint_column()
    first_name: str = text_column()
    last_name: str = text_column()
    email: str = text_column()
    email_rank: int = integer_column()
    phone: str = text_column()
    phone_rank: int = integer_column()
    is_primary: bool
    send_email: bool
    is_locked: bool
    custom_value1: str = text_column()
    custom_value2: str = text_column()
    custom_value3: str = text_column()
    custom_value4: str = text_column()
    contact_key: str = text_column()
    password_hash: str | None = Field(sa_type=TEXT_TYPE, nullable=True)
    last_login: datetime | None = moment_column(nullable=True)
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()
    deleted_at: datetime | None = moment_column(nullable=True)

    email_folded: str = text_column()


class OriginRow(SQLModel, table=True):
    """An origin of a client: one client per foreign id and source. A client can have several."""

    __tablename__ = "origin"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "client_serial"], ["client.account_id", "client.serial"]
        ),
    )

    account_id: int = key_column()
    source: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    foreign_id: str = Field(sa_type=TEXT_TYPE, primary_key=True)
    client_serial: int = bigint_column()
    foreign_updated_at: datetime | None = moment_column(nullable=True)
    stamp: str = added_text_column()
    version: int | None = bigint_column(nullable=True)
    agreed: bytes | None = Field(sa_type=LargeBinary, nullable=True)


class DocumentRow(SQLModel, table=True):
    """A document of a client; its bytes are in the blob store."""

    __tablename__ = "document"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "client_serial"], ["client.account_id", "client.serial"]
        ),
    )

    account_id: int = key_column()
    serial: int = key_column()
    client_serial: int = bigint_column()
    name: str = text_column()
    type: str = text_column()
    hash: str = text_column()
    size: int = bigint_column()
    width: int = integer_column()
    height: int = integer_column()
    is_public: bool
    user_serial: int = bigint_column()
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()

    name_folded: str = text_column()


CLIENT = core_table(ClientRow)
CONTACT = core_table(ContactRow)
ORIGIN = core_table(OriginRow)
DOCUMENT = core_table(DocumentRow)

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
# Covering indexes: client versions and page cursors are read from these three, without the rows.
Index("ix_client_edition", CLIENT.c.account_id, CLIENT.c.serial, CLIENT.c.version)
Index(
    "ix_client_uuid_edition",
    CLIENT.c.account_id,
    CLIENT.c.uuid,
    CLIENT.c.is_deleted,
    CLIENT.c.serial,
    CLIENT.c.version,
    CLIENT.c.created_at,
)
Index(
    "ix_client_newest",
    CLIENT.c.account_id,
    desc(CLIENT.c.created_at),
    desc(CLIENT.c.serial),
    CLIENT.c.is_deleted,
    CLIENT.c.version,
)
Index("ix_client_updated_at", CLIENT.c.account_id, CLIENT.c.updated_at)
Index("ix_client_arrived_at", CLIENT.c.account_id, CLIENT.c.arrived_at)
Index("ix_client_display", CLIENT.c.account_id, CLIENT.c.display_folded, CLIENT.c.serial)
Index("ix_client_number_order", CLIENT.c.account_id, CLIENT.c.number_order, CLIENT.c.serial)
Index("ix_client_balance", CLIENT.c.account_id, CLIENT.c.balance, CLIENT.c.serial)
HAS_GROUP = CLIENT.c.group_serial.is_not(None)
Index(
    "ix_client_group",
    CLIENT.c.account_id,
    CLIENT.c.group_serial,
    sqlite_where=HAS_GROUP,
    postgresql_where=HAS_GROUP,
)
Index("ix_client_id_number", CLIENT.c.account_id, CLIENT.c.id_number_folded)
Index("ix_contact_client", CONTACT.c.account_id, CONTACT.c.client_serial)
Index("ix_contact_email", CONTACT.c.account_id, CONTACT.c.email_folded)
# Covering: which clients are in step with a source is read from it, without the rows.
Index(
    "ix_origin_client",
    ORIGIN.c.account_id,
    ORIGIN.c.client_serial,
    ORIGIN.c.source,
    ORIGIN.c.version,
)
Index("ix_document_client", DOCUMENT.c.account_id, DOCUMENT.c.client_serial)
