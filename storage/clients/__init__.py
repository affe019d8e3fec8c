"""Clients: looked up, listed, counted, scanned, created, changed, purged."""
