"""The gateway: serves the dialects over one store, from the command line."""
