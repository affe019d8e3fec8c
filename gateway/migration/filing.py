"""Clients from files into the store, out of it, and from one dialect into another without it."""
