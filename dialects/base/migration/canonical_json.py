"""JSON in one form, so that two texts of one value are equal: sorted keys, no white space."""

import functools
from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import Raw

SORTED_ENCODER = msgspec.json.Encoder(order="sorted")
EMPTY_MEMBERS = (None, "")
"""Values of settings that say nothing: empty and absent are the same."""
MAX_CACHED_SIZE = 4096
"""Bytes of a text whose form is cached: many clients have the same few settings."""

Form = TypeVar("Form")


def cached_if_short(read: Callable[[bytes], Form]) -> Callable[[bytes], Form]:
    """Cache what a function makes of the last 4096 short texts. Long ones are read each time."""
    cached_read = functools.lru_cache(maxsize=4096)(read)

    @functools.wraps(read)
    def read_text(raw: bytes) -> Form:
        return cached_read(raw) if len(raw) <= MAX_CACHED_SIZE else read(raw)

    return read_text


@cached_if_short
def canonical_json(raw: bytes) -> bytes:
    """Return the canonical JSON of a text. Raises msgspec.MsgspecError if it cannot be decoded."""
    return SORTED_ENCODER.encode(msgspec.json.decode(raw))


@cached_if_short
def canonical_settings(raw: bytes) -> bytes:
    """Return the canonical JSON of settings without empty members.

    Raises msgspec.MsgspecError if they cannot be decoded.
    """
    settings = msgspec.json.decode(raw)
    if isinstance(settings, dict):
        settings = {key: value for key, value in settings.items() if value not in EMPTY_MEMBERS}
    return SORTED_ENCODER.encode(settings)


def is_same_json(given: Raw, shown: Raw) -> bool:
    return given == shown or canonical_json(bytes(given)) == canonical_json(bytes(shown))
