"""Text folding: equality, uniqueness and search ignore case and accents on every engine."""

import re
import unicodedata
from hashlib import sha256
from itertools import filterfalse

MAX_KEY_LENGTH = 255
PIECE_LENGTH = 128
"""Characters that are decomposed at once. Sorting a run of accents, a decomposition takes a time
that grows with the square of its length."""
NON_DIGITS = re.compile("[^0-9]+")


def fold(text: str) -> str:
    """Return a text in lower case without accents. A text of accents only stays unchanged."""
    if text.isascii():
        return text.lower()
    lowered = text.casefold()
    folded = fold_piece(lowered) if len(lowered) <= PIECE_LENGTH else fold_long(lowered)
    return folded.casefold() or text


def fold_piece(text: str) -> str:
    """Return a short text decomposed, without accents.

    Without accents, each character is decomposed for itself: so a text may be cut anywhere.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(filterfalse(unicodedata.combining, decomposed))


def fold_long(text: str) -> str:
    cuts = range(0, len(text), PIECE_LENGTH)
    return "".join(fold_piece(text[cut : cut + PIECE_LENGTH]) for cut in cuts)


def fold_key(text: str) -> str:
    """Return a key that is equal where `fold` is equal, and short enough for an index.

    A folded text of up to 255 characters is its own key. The key of a longer text is its beginning
    and a SHA-256 digest of the full text: 256 characters, so that no short text has the same key.
    """
    folded = fold(text)
    if len(folded) <= MAX_KEY_LENGTH:
        return folded
    digest = sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
    return folded[: MAX_KEY_LENGTH + 1 - len(digest)] + digest


def digits_sort_key(text: str) -> str:
    """Return a key that sorts a text by the value of its digits: `INV-9` before `INV-10`."""
    digits = NON_DIGITS.sub("", text).lstrip("0")
    return f"{len(digits):05d}{digits}"
