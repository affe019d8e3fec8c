"""Pull, push and check against a live server."""
