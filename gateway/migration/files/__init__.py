"""Import, export and convert: clients in files of JSON objects."""
