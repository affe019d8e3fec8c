"""Hashes and verifies passwords with argon2id, at the cost that its library recommends."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from storage.model.records import Secret

PASSWORD_HASHER = PasswordHasher()


def hash_password(password: str) -> Secret:
    """Hash a password. Call it outside a transaction.

    It takes about 50 ms by design.
    """
    return Secret(PASSWORD_HASHER.hash(password))


def verify_password(password_hash: str, password: str) -> bool:
    """Return whether a password has this hash. False also for a hash that is not valid.

    It takes as long as `hash_password` and 64 MiB, without the interpreter's lock.
    """
    try:
        return PASSWORD_HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
