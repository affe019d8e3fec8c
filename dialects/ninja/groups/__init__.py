"""Translations of groups between records and wire shapes. No HTTP."""
