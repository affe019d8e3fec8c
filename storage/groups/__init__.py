"""Groups of clients: reads, writes and store methods."""
