"""The public ids: hashids of serials, salted per account."""

import functools
import re

import hashids
from hashids import Hashids

from storage import MAX_INTEGER

# Of one salt the library makes the same few shuffles for every id, at 4 µs each and five an id.
hashids._reorder = functools.lru_cache(maxsize=16_384)(hashids._reorder)

MIN_LENGTH = 10
SHAPE = re.compile(r"[0-9A-Za-z]{10,20}", re.ASCII)
"""Decoding is quadratic: 30 000 characters would hold the server for most of a second."""
LOTTERY = 100
"""The remainder by which a number chooses the letter that its digits are shuffled by."""


class IdCodec:
    """Both directions for one salt; the empty salt is the reference installation's.

    The digits of a serial stand in a frame that many serials share: letters before and behind
    that depend on its remainder, its first digit and their number. The library is asked once for
    every frame, and for whatever does not fit this picture.
    """

    def __init__(self, salt: str) -> None:
        self._hashids = Hashids(salt=salt, min_length=MIN_LENGTH)
        letters = str(self._hashids._alphabet)
        self._base = len(letters)
        own = {
            letter: hashids._reorder(letters, f"{letter}{salt}{letters}"[: self._base])
            for letter in letters
        }
        self._alphabets = tuple(own[letters[n % self._base]] for n in range(LOTTERY))
        self._values = {letter: {d: v for v, d in enumerate(own[letter])} for letter in letters}
        self._between = re.compile(f"[{re.escape(str(self._hashids._guards))}]")
        self._frames: dict[tuple[int, str, int], tuple[str, str]] = {}

    def encode(self, serial: int | None) -> str:
        return "" if serial is None else self._encode_uncached(serial)

    def decode(self, text: object) -> int | None:
        """The serial, or None for whatever this salt would never write."""
        if not isinstance(text, str) or not SHAPE.fullmatch(text):
            return None
        likely = self._is_likely(text)
        if likely is not None and likely <= MAX_INTEGER and self._encode_uncached(likely) == text:
            return likely
        numbers = self._hashids.decode(text)
        return numbers[0] if len(numbers) == 1 and numbers[0] <= MAX_INTEGER else None

    def _is_likely(self, text: str) -> int | None:
        """What the digits between the guards say, if they are such."""
        parts = self._between.split(text)
        part = parts[len(parts) > 1]
        values = self._values.get(part[:1])
        if values is None:
            return None
        number, base = 0, self._base
        try:
            for digit in part[1:]:
                number = number * base + values[digit]
        except KeyError:
            return None
        return number

    def _encode_uncached(self, serial: int) -> str:
        if serial < 0:
            return ""
        lottery = serial % LOTTERY
        alphabet, base = self._alphabets[lottery], self._base
        rest, digits = serial // base, alphabet[serial % base]
        while rest > 0:
            digits = alphabet[rest % base] + digits
            rest //= base
        key = (lottery, digits[0], len(digits))
        frame = self._frames.get(key)
        if frame is not None:
            return f"{frame[0]}{digits}{frame[1]}"
        whole = str(self._hashids.encode(serial))
        if whole.count(digits) == 1:
            before, _, behind = whole.partition(digits)
            self._frames[key] = before, behind
        return whole


@functools.lru_cache(maxsize=1024)
def id_codec(salt: str) -> IdCodec:
    return IdCodec(salt)
