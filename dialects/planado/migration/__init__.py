"""Objects in files and in other accounts: read, compared, written, and losses. No HTTP."""
