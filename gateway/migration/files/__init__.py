"""Import, export and convert."""
