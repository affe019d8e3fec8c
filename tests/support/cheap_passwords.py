"""Hashes of passwords that take no time. A real one takes 50 ms, and the suite makes hundreds."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from storage.accounts import passwords


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Hash cheaply while the block runs."""
    with patch.object(passwords, "PASSWORD_HASHER", PasswordHasher.from_parameters(CHEAPEST)):
        yield
