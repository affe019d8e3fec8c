"""Accounts, API tokens, passwords, serials and numbers, the rate limiter."""
