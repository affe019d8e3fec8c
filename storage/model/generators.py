"""Sources of the values that the store cannot compute: the time, uuids and random texts.

Tests pass sources of their own.
"""

import secrets
import string
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

ALPHANUMERICS = string.ascii_letters + string.digits
LETTER_OF_BYTE = bytes(ord(ALPHANUMERICS[n % len(ALPHANUMERICS)]) for n in range(256))
BIASED_BYTES = bytes(range(256 // len(ALPHANUMERICS) * len(ALPHANUMERICS), 256))
"""Bytes that are dropped, because they would make some letters likelier than others."""


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def random_text(length: int) -> str:
    """Return unpredictable letters and digits, all equally likely, for tokens and keys."""
    text = ""
    while len(text) < length:
        text += secrets.token_bytes(length).translate(LETTER_OF_BYTE, BIASED_BYTES).decode()
    return text[:length]


class Generators(msgspec.Struct, frozen=True, kw_only=True):
    """The clock, the uuid generator and the random text generator of a store."""

    clock: Callable[[], datetime] = utc_now
    new_uuid: Callable[[], UUID] = uuid7
    random_text: Callable[[int], str] = random_text
