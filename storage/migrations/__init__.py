"""Migrations of the database schema: Alembic's revisions, and the upgrade to the newest one."""
