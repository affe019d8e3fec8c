"""Clients to wire and back, list queries, bulk actions. No HTTP."""
