"""Passwords, kept only as slow hashes (argon2id at its library's recommended cost)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from storage.model.records import Secret

HASHER = PasswordHasher()


def hash_password(password: str) -> Secret:
    """Takes some fifty milliseconds, by design: call it outside a transaction."""
    return Secret(HASHER.hash(password))


def verify_password(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
