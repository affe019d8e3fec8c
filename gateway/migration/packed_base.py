"""The base of a link as it is stored: about 0.5 kB."""

import zlib

import msgspec
from msgspec import Struct

from dialects.base.migration.field_groups import View

from .reconcile import Base

FORMAT = 1
"""Of packed bases. One of another format is not read: its views may have another normal form."""


class PackedBase(Struct, array_like=True):
    """A base as it is stored: the view there, and in what the view here differs from it."""

    format: int
    there: View
    differing: View
    missing: list[str]


def pack_base(base: Base) -> bytes:
    packed = PackedBase(
        FORMAT,
        base.there,
        {g: v for g, v in base.here.items() if g not in base.there or base.there[g] != v},
        [group for group in base.there if group not in base.here],
    )
    return zlib.compress(msgspec.json.encode(packed))


def unpack_base(packed: bytes | None) -> Base | None:
    """Return a stored base, None if there is none or if another version has written it."""
    if packed is None:
        return None
    stored = msgspec.json.decode(zlib.decompress(packed), type=PackedBase)
    if stored.format != FORMAT:
        return None
    here = {group: v for group, v in stored.there.items() if group not in stored.missing}
    return Base(here | stored.differing, stored.there)
