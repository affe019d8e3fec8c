"""What the store cannot compute: the time, new uuids and random texts. Tests bring their own."""

import secrets
import string
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

ALPHANUMERICS = string.ascii_letters + string.digits


def now() -> datetime:
    return datetime.now(UTC)


def random_text(length: int) -> str:
    """Unpredictable letters and digits, for tokens and keys."""
    return "".join(secrets.choice(ALPHANUMERICS) for _ in range(length))


class Makers(msgspec.Struct, frozen=True, kw_only=True):
    clock: Callable[[], datetime] = now
    uuid: Callable[[], UUID] = uuid7
    random_text: Callable[[int], str] = random_text
