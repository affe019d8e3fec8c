"""Alembic: revisions, and the upgrade to the newest one."""
