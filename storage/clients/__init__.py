"""Clients: look-up, lists, counts, scans, creation, changes, purge."""
