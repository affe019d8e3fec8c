"""Translations of documents, and checks of uploaded files. No HTTP."""
