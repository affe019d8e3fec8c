"""The public ids: hashids of serials, salted per account."""

import functools
import re

import hashids
from hashids import Hashids

# Of one salt the library makes the same few shuffles for every id, at 4 µs each and five an id.
hashids._reorder = functools.lru_cache(maxsize=65_536)(hashids._reorder)

SHORTEST = 10
SHAPE = re.compile(r"[0-9A-Za-z]{10,20}", re.ASCII)
"""Decoding is quadratic: 30 000 characters would hold the server for most of a second."""
LARGEST = 2**63 - 1


class Ids:
    """Both directions for one salt; the empty salt is the reference installation's."""

    def __init__(self, salt: str) -> None:
        self._hashids = Hashids(salt=salt, min_length=SHORTEST)
        self.write_known = functools.lru_cache(maxsize=65_536)(self._encode)

    def write(self, serial: int | None) -> str:
        return "" if serial is None else self.write_known(serial)

    def read(self, text: object) -> int | None:
        """The serial, or None for whatever this salt would never write."""
        if not isinstance(text, str) or not SHAPE.fullmatch(text):
            return None
        numbers = self._hashids.decode(text)
        return numbers[0] if len(numbers) == 1 and numbers[0] <= LARGEST else None

    def _encode(self, serial: int) -> str:
        return str(self._hashids.encode(serial))


@functools.lru_cache(maxsize=1024)
def ids_of(salt: str) -> Ids:
    return Ids(salt)
