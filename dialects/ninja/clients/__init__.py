"""Translations of clients and their fields, list queries and bulk actions. No HTTP."""
