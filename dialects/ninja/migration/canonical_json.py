"""JSON in one form, so that two texts of one value are equal: sorted keys, no white space."""

import functools

import msgspec
from msgspec import Raw

SORTED_ENCODER = msgspec.json.Encoder(order="sorted")
MAX_CACHED_SIZE = 4096
"""Bytes of a text whose form is cached: many clients have the same few settings."""


def canonical_json(raw: bytes) -> bytes:
    """Return the canonical JSON of a text. Raises msgspec.MsgspecError if it cannot be decoded."""
    return cached_form(raw) if len(raw) <= MAX_CACHED_SIZE else form_of(raw)


def form_of(raw: bytes) -> bytes:
    return SORTED_ENCODER.encode(msgspec.json.decode(raw))


cached_form = functools.lru_cache(maxsize=4096)(form_of)


def is_same_json(given: Raw, shown: Raw) -> bool:
    return given == shown or canonical_json(bytes(given)) == canonical_json(bytes(shown))
