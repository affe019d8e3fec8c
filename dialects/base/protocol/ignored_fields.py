"""The header that names the keys of a body that had no effect.

So a caller can see every key that was ignored.
"""

import functools
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from msgspec import Struct

IGNORED_FIELDS_HEADER = "X-Gateway-Ignored-Fields"
MAX_NAMES, MAX_NAME_LENGTH = 20, 60


def ignored_headers(names: Iterable[str]) -> dict[str, str]:
    """Return the header that names the ignored keys; no header if there are none.

    The number of names and their length are limited, so that every caller can read the header.
    """
    quoted = [quote(name[:MAX_NAME_LENGTH]) for name in islice(names, MAX_NAMES)]
    return {IGNORED_FIELDS_HEADER: ", ".join(quoted)} if quoted else {}


def unknown_keys(tree: Any, prefix: str, *shapes: type[Struct]) -> Iterator[str]:
    """Yield the keys of an object that are fields of none of the shapes.

    `prefix` is put before every key. Nothing is yielded for a tree that is no object.
    """
    if isinstance(tree, dict):
        known = field_names(shapes)
        yield from (prefix + key for key in tree if key not in known)


@functools.cache
def field_names(shapes: tuple[type[Struct], ...]) -> frozenset[str]:
    return frozenset(name for shape in shapes for name in shape.__struct_encode_fields__)
