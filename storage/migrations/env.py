"""Alembic's environment: runs migrations on the connection that `alembic_runner` passes.

The caller of `alembic_runner` owns the transaction.
"""

from alembic import context
from sqlmodel import SQLModel

from storage.migrations.upgrade import autogenerate_options
from storage.schema import tables

assert tables.CLIENT is not None  # noqa: S101  The import declares the tables in the metadata.

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    **autogenerate_options(connection),
)
context.run_migrations()
