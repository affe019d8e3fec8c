"""Fast path: reads of a local SQLite file without a transaction, and cached JSON of clients.

The store's own methods give the same answers. No other room of the store depends on this one.
"""
