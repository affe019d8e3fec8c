"""The reference tables of this API."""
