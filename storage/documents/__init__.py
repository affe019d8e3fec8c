"""Documents of clients: rows in the database, bytes in a blob store."""
