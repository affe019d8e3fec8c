"""The codec of public ids: an id is the hashid of a serial, with a salt per account.

It gives the same results as the library `hashids`, but calls it less often:

1. An id is the digits of the serial in an alphabet of its own, between a prefix and a suffix.
2. This frame depends only on the serial's remainder by 100, the first digit, and the number of
   digits. The library encodes the first serial of each frame, then the frame is reused.
3. To decode, read the digits between the guards and encode the result again. If that does not
   give the same id, the library decodes the id.
"""

import functools
import re

import hashids
from hashids import Hashids

from storage import MAX_INTEGER

# For one salt, the library repeats the same few shuffles: five for every id, 4 µs each.
hashids._reorder = functools.lru_cache(maxsize=16_384)(hashids._reorder)

MIN_LENGTH = 10
ID_PATTERN = re.compile(r"[0-9A-Za-z]{10,20}", re.ASCII)
"""The form of an id.

It limits the length, because decoding is quadratic: 30 000 characters would block the server for
most of a second.
"""
LOTTERY_MODULUS = 100
"""The serial's remainder by this number chooses the letter that shuffles the digits."""


class IdCodec:
    """The codec of one salt. The empty salt is that of the reference installation.

    A frame is the letters before and behind the digits; many serials share it. The library is
    called once for each frame. An id in which the digits do not occur exactly once has no frame:
    the library encodes it each time.
    """

    def __init__(self, salt: str) -> None:
        self._hashids = Hashids(salt=salt, min_length=MIN_LENGTH)
        letters = str(self._hashids._alphabet)
        self._base = len(letters)
        alphabets = {
            letter: hashids._reorder(letters, f"{letter}{salt}{letters}"[: self._base])
            for letter in letters
        }
        self._alphabets = tuple(alphabets[letters[n % self._base]] for n in range(LOTTERY_MODULUS))
        self._digit_values = {
            letter: {d: v for v, d in enumerate(alphabets[letter])} for letter in letters
        }
        self._guard_pattern = re.compile(f"[{re.escape(str(self._hashids._guards))}]")
        self._frames: dict[tuple[int, str, int], tuple[str, str]] = {}

    def encode(self, serial: int | None) -> str:
        """Return the id of a serial; empty for None or a negative number."""
        return "" if serial is None else self._encode_serial(serial)

    def decode(self, text: object) -> int | None:
        """Return the serial of an id, or None for a text that is no id under this salt."""
        if not isinstance(text, str) or not ID_PATTERN.fullmatch(text):
            return None
        serial = self._decode_digits(text)
        if serial is not None and serial <= MAX_INTEGER and self._encode_serial(serial) == text:
            return serial
        numbers = self._hashids.decode(text)
        return numbers[0] if len(numbers) == 1 and numbers[0] <= MAX_INTEGER else None

    def _decode_digits(self, text: str) -> int | None:
        """Return the number that the digits between the guards mean.

        None if they are not digits of their alphabet. The number is not checked here.
        """
        parts = self._guard_pattern.split(text)
        part = parts[len(parts) > 1]
        values = self._digit_values.get(part[:1])
        if values is None:
            return None
        number, base = 0, self._base
        try:
            for digit in part[1:]:
                number = number * base + values[digit]
        except KeyError:
            return None
        return number

    def _encode_serial(self, serial: int) -> str:
        if serial < 0:
            return ""
        lottery = serial % LOTTERY_MODULUS
        alphabet, base = self._alphabets[lottery], self._base
        rest, digits = serial // base, alphabet[serial % base]
        while rest > 0:
            digits = alphabet[rest % base] + digits
            rest //= base
        key = (lottery, digits[0], len(digits))
        frame = self._frames.get(key)
        if frame is not None:
            return f"{frame[0]}{digits}{frame[1]}"
        encoded = str(self._hashids.encode(serial))
        if encoded.count(digits) == 1:
            before, _, behind = encoded.partition(digits)
            self._frames[key] = before, behind
        return encoded


@functools.lru_cache(maxsize=1024)
def id_codec(salt: str) -> IdCodec:
    """Return the codec of a salt; the 1024 that were used last are cached."""
    return IdCodec(salt)
