"""Idempotency keys: answers of writes, stored with their effects and sent to repetitions."""
