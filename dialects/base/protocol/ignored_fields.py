"""Keys of a body that had no effect, named in a header: nothing a caller sent vanishes silently."""

import functools
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from msgspec import Struct

HEADER = "X-Gateway-Ignored-Fields"
MOST, LONGEST = 20, 60


def ignored_headers(names: Iterable[str]) -> dict[str, str]:
    """At most so many names of such a length: a header that every caller can read."""
    told = [quote(name[:LONGEST]) for name in islice(names, MOST)]
    return {HEADER: ", ".join(told)} if told else {}


def unknown_keys(tree: Any, prefix: str, *shapes: type[Struct]) -> Iterator[str]:
    """The keys of an object that are a field of none of the shapes."""
    if isinstance(tree, dict):
        known = names_of(shapes)
        yield from (prefix + key for key in tree if key not in known)


@functools.cache
def names_of(shapes: tuple[type[Struct], ...]) -> frozenset[str]:
    return frozenset(name for shape in shapes for name in shape.__struct_encode_fields__)
