"""The database schema: tables, column types, and the mapping of rows to records and back."""
