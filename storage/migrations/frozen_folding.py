"""The text folding that revisions 0005, 0008 and 0010 use, frozen.

A revision must do tomorrow what it did on the day of its release. The folding of today's rows is
`storage.model.folding`, which may change: a change comes with a revision that folds all rows again.
"""

import unicodedata
from hashlib import sha256
from itertools import filterfalse

MAX_FOLDED_LENGTH = 255


def fold_as_of_0005(text: str) -> str:
    """Lower case without accents. A text of nothing but accents stays as it is."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filterfalse(unicodedata.combining, decomposed)).casefold() or text


def fold_key_as_of_0008(text: str) -> str:
    """The folded text. Of one over 255 characters its beginning and a SHA-256 digest."""
    folded = fold_as_of_0005(text)
    if len(folded) <= MAX_FOLDED_LENGTH:
        return folded
    digest = sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
    return folded[: MAX_FOLDED_LENGTH + 1 - len(digest)] + digest
