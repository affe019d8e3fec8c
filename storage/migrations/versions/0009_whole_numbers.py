"""Whole numbers have 64 bits on PostgreSQL too, as they always had on SQLite."""

from alembic import op

revision = "0009"
down_revision = "0008"

NUMBERS = {
    "account": ["id", "country_id", "currency_id", "number_padding"],
    "token": ["id"],
    "client": ["phone_rank", "country_id", "shipping_country_id", "industry_id", "size_id"],
    "contact": ["email_rank", "phone_rank"],
    "document": ["width", "height"],
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in NUMBERS.items():
            changes = ", ".join(f"ALTER COLUMN {column} TYPE BIGINT" for column in columns)
            op.execute(f"ALTER TABLE {table} {changes}")
