"""Clients that come from elsewhere: matched, merged, inserted, linked."""
