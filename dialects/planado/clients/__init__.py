"""Clients to wire and back, alignment of contact lists, list queries. No HTTP."""
