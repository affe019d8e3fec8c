"""Translation of clients to wire shapes and back, and list queries. No HTTP."""
