"""What the store cannot compute: the time, new uuids and random texts. Tests bring their own."""

import secrets
import string
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

ALPHANUMERICS = string.ascii_letters + string.digits
LETTER_OF_BYTE = bytes(ord(ALPHANUMERICS[n % len(ALPHANUMERICS)]) for n in range(256))
UNEVEN = bytes(range(256 // len(ALPHANUMERICS) * len(ALPHANUMERICS), 256))
"""Bytes that would make some letters likelier than others: they are dropped."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def random_text(length: int) -> str:
    """Unpredictable letters and digits, each as likely as any other, for tokens and keys."""
    text = ""
    while len(text) < length:
        text += secrets.token_bytes(length).translate(LETTER_OF_BYTE, UNEVEN).decode()
    return text[:length]


class Generators(msgspec.Struct, frozen=True, kw_only=True):
    clock: Callable[[], datetime] = utc_now
    new_uuid: Callable[[], UUID] = uuid7
    random_text: Callable[[int], str] = random_text
