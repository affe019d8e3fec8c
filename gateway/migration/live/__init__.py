"""Pull, push and check: the store and a live service."""
