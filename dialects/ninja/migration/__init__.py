"""Objects in files and on other servers: read, compared, written, and losses. No HTTP."""
