"""Accounts, tokens, clients and contacts: the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("hash_salt", TEXT, nullable=False),
        sa.Column("country_id", sa.Integer(), nullable=False),
        sa.Column("currency_id", sa.Integer(), nullable=False),
        sa.Column("owner_serial", sa.BigInteger(), nullable=False),
        sa.Column("number_counter", sa.BigInteger(), nullable=False),
        sa.Column("number_padding", sa.Integer(), nullable=False),
        sa.Column("next_client_serial", sa.BigInteger(), nullable=False),
        sa.Column("next_contact_serial", sa.BigInteger(), nullable=False),
        sa.Column("password_hash", TEXT, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "client",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("external_id", TEXT, nullable=True),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("classification", TEXT, nullable=False),
        sa.Column("organization_name", TEXT, nullable=False),
        sa.Column("first_name", TEXT, nullable=False),
        sa.Column("last_name", TEXT, nullable=False),
        sa.Column("middle_name", TEXT, nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("paid_to_date", sa.BigInteger(), nullable=False),
        sa.Column("payment_balance", sa.BigInteger(), nullable=False),
        sa.Column("credit_balance", sa.BigInteger(), nullable=False),
        sa.Column("phone", TEXT, nullable=False),
        sa.Column("phone_rank", sa.Integer(), nullable=False),
        sa.Column("website", TEXT, nullable=False),
        sa.Column("address1", TEXT, nullable=False),
        sa.Column("address2", TEXT, nullable=False),
        sa.Column("city", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("postal_code", TEXT, nullable=False),
        sa.Column("country_id", sa.Integer(), nullable=True),
        sa.Column("shipping_address1", TEXT, nullable=False),
        sa.Column("shipping_address2", TEXT, nullable=False),
        sa.Column("shipping_city", TEXT, nullable=False),
        sa.Column("shipping_state", TEXT, nullable=False),
        sa.Column("shipping_postal_code", TEXT, nullable=False),
        sa.Column("shipping_country_id", sa.Integer(), nullable=True),
        sa.Column("service_text", TEXT, nullable=True),
        sa.Column("entrance_no", TEXT, nullable=False),
        sa.Column("floor", TEXT, nullable=False),
        sa.Column("apartment", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("private_notes", TEXT, nullable=False),
        sa.Column("public_notes", TEXT, nullable=False),
        sa.Column("user_serial", sa.BigInteger(), nullable=False),
        sa.Column("assigned_user_serial", sa.BigInteger(), nullable=True),
        sa.Column("group_serial", sa.BigInteger(), nullable=True),
        sa.Column("industry_id", sa.Integer(), nullable=True),
        sa.Column("size_id", sa.Integer(), nullable=True),
        sa.Column("vat_number", TEXT, nullable=False),
        sa.Column("id_number", TEXT, nullable=False),
        sa.Column("routing_id", TEXT, nullable=False),
        sa.Column("has_valid_vat_number", sa.Boolean(), nullable=False),
        sa.Column("is_tax_exempt", sa.Boolean(), nullable=False),
        sa.Column("custom_value1", TEXT, nullable=False),
        sa.Column("custom_value2", TEXT, nullable=False),
        sa.Column("custom_value3", TEXT, nullable=False),
        sa.Column("custom_value4", TEXT, nullable=False),
        sa.Column("client_hash", TEXT, nullable=False),
        sa.Column("settings", TEXT, nullable=False),
        sa.Column("last_login", sa.BigInteger(), nullable=True),
        sa.Column("extras", sa.Text(), nullable=False),
        sa.Column("name_folded", TEXT, nullable=False),
        sa.Column("number_folded", TEXT, nullable=False),
        sa.Column("number_order", TEXT, nullable=False),
        sa.Column("id_number_folded", TEXT, nullable=False),
        sa.Column("search", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_client_account_id")),
        sa.PrimaryKeyConstraint("account_id", "serial", name=op.f("pk_client")),
    )
    op.create_index(
        "ix_client_id_number", "client", ["account_id", "id_number_folded"], unique=False
    )
    op.create_index("ix_client_name", "client", ["account_id", "name_folded"], unique=False)
    op.create_index(
        "ix_client_newest",
        "client",
        ["account_id", sa.literal_column("created_at DESC"), sa.literal_column("serial DESC")],
        unique=False,
    )
    op.create_index("ix_client_updated_at", "client", ["account_id", "updated_at"], unique=False)
    op.create_index(
        "uq_client_external_id",
        "client",
        ["account_id", "external_id"],
        unique=True,
        sqlite_where=sa.text("external_id IS NOT NULL AND is_deleted IS 0"),
        postgresql_where=sa.text("external_id IS NOT NULL AND is_deleted IS false"),
    )
    op.create_index("uq_client_number", "client", ["account_id", "number_folded"], unique=True)
    op.create_index("uq_client_uuid", "client", ["account_id", "uuid"], unique=True)
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("dialect", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("is_read_only", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
    )
    op.create_index(op.f("ix_token_account_id"), "token", ["account_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_serial", sa.BigInteger(), nullable=False),
        sa.Column("first_name", TEXT, nullable=False),
        sa.Column("last_name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("email_rank", sa.Integer(), nullable=False),
        sa.Column("phone", TEXT, nullable=False),
        sa.Column("phone_rank", sa.Integer(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("send_email", sa.Boolean(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("custom_value1", TEXT, nullable=False),
        sa.Column("custom_value2", TEXT, nullable=False),
        sa.Column("custom_value3", TEXT, nullable=False),
        sa.Column("custom_value4", TEXT, nullable=False),
        sa.Column("contact_key", TEXT, nullable=False),
        sa.Column("password_hash", TEXT, nullable=True),
        sa.Column("last_login", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("email_folded", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "client_serial"],
            ["client.account_id", "client.serial"],
            name=op.f("fk_contact_account_id_client_serial"),
        ),
        sa.PrimaryKeyConstraint("account_id", "serial", name=op.f("pk_contact")),
    )
    op.create_index("ix_contact_client", "contact", ["account_id", "client_serial"], unique=False)
    op.create_index("ix_contact_email", "contact", ["account_id", "email_folded"], unique=False)
    op.create_table(
        "origin",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("foreign_id", TEXT, nullable=False),
        sa.Column("client_serial", sa.BigInteger(), nullable=False),
        sa.Column("foreign_updated_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "client_serial"],
            ["client.account_id", "client.serial"],
            name=op.f("fk_origin_account_id_client_serial"),
        ),
        sa.PrimaryKeyConstraint("account_id", "source", "foreign_id", name=op.f("pk_origin")),
    )
    op.create_index("ix_origin_client", "origin", ["account_id", "client_serial"], unique=False)
