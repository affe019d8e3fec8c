"""Text folded so that equality, uniqueness and search ignore case and accents on every engine."""

import re
import unicodedata
from hashlib import sha256
from itertools import filterfalse

MAX_KEY_LENGTH = 255
OTHERS = re.compile("[^0-9]+")


def fold(text: str) -> str:
    """Lower case without accents; a text that is nothing but accents stays as it is."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filterfalse(unicodedata.combining, decomposed)).casefold() or text


def fold_key(text: str) -> str:
    """Equal where `fold` is, and short enough for an index: of a long text its beginning and a
    digest of all of it, together longer by one character than any that is kept as it is."""
    folded = fold(text)
    if len(folded) <= MAX_KEY_LENGTH:
        return folded
    digest = sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
    return folded[: MAX_KEY_LENGTH + 1 - len(digest)] + digest


def digits_sort_key(text: str) -> str:
    """The digits of a text as a key that sorts by their value: `INV-9` before `INV-10`."""
    digits = OTHERS.sub("", text).lstrip("0")
    return f"{len(digits):05d}{digits}"
