"""Clients on their way between this store, files and the real services."""
