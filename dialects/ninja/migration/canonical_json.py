"""JSON in one form, so that two texts of one value are equal: sorted keys, no white space."""

import functools

import msgspec
from msgspec import Raw

SORTED_ENCODER = msgspec.json.Encoder(order="sorted")
EMPTY_MEMBERS = (None, "")
MAX_CACHED_SIZE = 4096
"""Bytes of a text whose form is cached: many clients have the same few settings."""


def canonical_json(raw: bytes) -> bytes:
    """Return the canonical JSON of a text. Raises msgspec.MsgspecError if it cannot be decoded."""
    return cached_form(raw) if len(raw) <= MAX_CACHED_SIZE else form_of(raw)


def form_of(raw: bytes) -> bytes:
    return SORTED_ENCODER.encode(msgspec.json.decode(raw))


cached_form = functools.lru_cache(maxsize=4096)(form_of)


def canonical_settings(raw: bytes) -> bytes:
    """Return the canonical JSON of settings without empty members: empty and absent are the same.

    Raises msgspec.MsgspecError if they cannot be decoded.
    """
    return cached_settings(raw) if len(raw) <= MAX_CACHED_SIZE else settings_form(raw)


def settings_form(raw: bytes) -> bytes:
    settings = msgspec.json.decode(raw)
    if isinstance(settings, dict):
        settings = {key: value for key, value in settings.items() if value not in EMPTY_MEMBERS}
    return SORTED_ENCODER.encode(settings)


cached_settings = functools.lru_cache(maxsize=4096)(settings_form)


def is_same_json(given: Raw, shown: Raw) -> bool:
    return given == shown or canonical_json(bytes(given)) == canonical_json(bytes(shown))
