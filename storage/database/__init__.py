"""Engines and transactions: SQLite and PostgreSQL, retries, group commit, the read replica."""
