"""The codec of public ids: an id is the hashid of a serial, with a salt per account.

A hashid, as its authors describe it:

1. The salt shuffles the letters and digits. 14 of them stand between the numbers of an id that has
   several, which no id here has; 4 are guards; 44 are digits.
2. The serial's remainder by 100 chooses a letter, the lottery. It comes first in the id, and it
   shuffles the digits once more. The serial is written in these, to the base of 44.
3. An id with less than ten characters gets a guard before it, then a guard behind it, then digits
   on both sides, of which the middle ten characters remain.

So what stands before and behind the digits depends only on the lottery, the first digit and the
number of digits. It is computed once for each such frame.
"""

import functools
import re
from math import ceil

from storage import MAX_INTEGER

ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890"
SEPARATORS = "cfhistuCFHISTU"
LETTERS_PER_GUARD = 12
MIN_LENGTH = 10
ID_PATTERN = re.compile(r"[0-9A-Za-z]{10,20}", re.ASCII)
"""The form of an id. No serial of 64 bits has a longer one."""
LOTTERY_MODULUS = 100


class IdCodec:
    """The codec of one salt. The empty salt is that of the reference installation."""

    def __init__(self, salt: str) -> None:
        letters = shuffle("".join(c for c in ALPHABET if c not in SEPARATORS), salt)
        guard_count = ceil(len(letters) / LETTERS_PER_GUARD)
        self._guards, digits = letters[:guard_count], letters[guard_count:]
        self._base = len(digits)
        shuffled = {c: shuffle(digits, f"{c}{salt}{digits}"[: self._base]) for c in digits}
        self._lotteries = tuple(digits[n % self._base] for n in range(LOTTERY_MODULUS))
        self._alphabets = tuple(shuffled[letter] for letter in self._lotteries)
        self._digit_values = {
            letter: {digit: value for value, digit in enumerate(alphabet)}
            for letter, alphabet in shuffled.items()
        }
        self._guard_pattern = re.compile(f"[{re.escape(self._guards)}]")
        self._frames: dict[tuple[int, str, int], tuple[str, str]] = {}

    def encode(self, serial: int | None) -> str:
        """Return the id of a serial; empty for None or a negative number."""
        return "" if serial is None else self._encode_serial(serial)

    def decode(self, text: object) -> int | None:
        """Return the serial of an id, or None for a text that is no id under this salt."""
        if not isinstance(text, str) or not ID_PATTERN.fullmatch(text):
            return None
        serial = self._decode_digits(text)
        if serial is None or serial > MAX_INTEGER or self._encode_serial(serial) != text:
            return None
        return serial

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
        if frame is None:
            frame = self._frames[key] = self._make_frame(*key)
        return f"{frame[0]}{digits}{frame[1]}"

    def _make_frame(self, lottery: int, first_digit: str, digit_count: int) -> tuple[str, str]:
        """Return what stands before and behind the digits of an id."""
        before, behind, alphabet = self._lotteries[lottery], "", self._alphabets[lottery]
        if len(before) + digit_count < MIN_LENGTH:
            before = self._guard(lottery, before) + before
        if len(before) + digit_count < MIN_LENGTH:
            behind = self._guard(lottery, first_digit)
        half = self._base // 2
        while len(before) + digit_count + len(behind) < MIN_LENGTH:
            alphabet = shuffle(alphabet, alphabet)
            before, behind = alphabet[half:] + before, behind + alphabet[:half]
        surplus = max(len(before) + digit_count + len(behind) - MIN_LENGTH, 0)
        if len(behind) > 1:
            before = before[surplus // 2 :]
            behind = behind[: MIN_LENGTH - len(before) - digit_count]
        return before, behind

    def _guard(self, lottery: int, letter: str) -> str:
        return self._guards[(lottery + ord(letter)) % len(self._guards)]


def shuffle(letters: str, salt: str) -> str:
    """Return the letters in the order that a salt gives them; unchanged for an empty salt."""
    shuffled, index, total = list(letters), 0, 0
    for place in range(len(shuffled) - 1 if salt else 0, 0, -1):
        code = ord(salt[index])
        total += code
        other = (code + index + total) % place
        shuffled[place], shuffled[other] = shuffled[other], shuffled[place]
        index = (index + 1) % len(salt)
    return "".join(shuffled)


@functools.lru_cache(maxsize=1024)
def id_codec(salt: str) -> IdCodec:
    """Return the codec of a salt; the 1024 that were used last are cached."""
    return IdCodec(salt)
