"""Clients to wire and back, list queries. No HTTP."""
