"""Groups of clients."""
