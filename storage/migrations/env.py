"""Runs migrations on the connection that schema.py hands over; it also owns the transaction."""

from alembic import context
from sqlmodel import SQLModel

from storage import tables

assert tables.CLIENT is not None  # noqa: S101  the import fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
context.run_migrations()
