"""A frozen copy of the text folding, used by revisions 0005, 0008 and 0010.

A revision must always do what it did on the day of its release. New rows are folded by
`storage.model.folding`, which may change: each change needs a revision that folds all rows again.
"""

import unicodedata
from hashlib import sha256
from itertools import filterfalse

MAX_FOLDED_LENGTH = 255


def fold_as_of_0005(text: str) -> str:
    """Return a text in lower case without accents. A text of accents only stays unchanged."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filterfalse(unicodedata.combining, decomposed)).casefold() or text


def fold_key_as_of_0008(text: str) -> str:
    """Return the folded text. Over 255 characters: its beginning and a SHA-256 digest."""
    folded = fold_as_of_0005(text)
    if len(folded) <= MAX_FOLDED_LENGTH:
        return folded
    digest = sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
    return folded[: MAX_FOLDED_LENGTH + 1 - len(digest)] + digest
