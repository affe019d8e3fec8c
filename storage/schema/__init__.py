"""Tables, column types, and rows to records and back."""
