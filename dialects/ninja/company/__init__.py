"""The account as this API shows it: a company with its user, its tokens and its first rows."""
