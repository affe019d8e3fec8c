"""Groups to wire and back. No HTTP."""
