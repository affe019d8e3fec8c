"""Fast path: reads of a local SQLite file without a transaction, and the JSON of client versions.

The store's own methods give the same answers. Nothing else depends on this room.
"""
