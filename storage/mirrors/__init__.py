"""Mirrors: which account is kept in step with which services, and who does it."""
