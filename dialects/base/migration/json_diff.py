"""Compares two JSON trees and names the paths at which they differ. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any


def diff_paths(given: Any, shown: Any, path: str = "") -> Iterator[str]:
    """Yield the paths at which a given tree differs from a shown one, as in `contacts[1].email`.

    A key that only the shown tree has is no difference. An item that only one list has is one.
    """
    match given, shown:
        case Mapping(), Mapping():
            for key, value in given.items():
                yield from diff_paths(value, shown.get(key), f"{path}.{key}" if path else key)
        case [*_], [*_]:
            yield from diff_lists(given, shown, path)
        case _ if given != shown:
            yield path
        case _:
            pass


def diff_lists(given: Sequence[Any], shown: Sequence[Any], path: str) -> Iterator[str]:
    for n, (given_item, shown_item) in enumerate(zip_longest(given, shown)):
        yield from diff_paths(given_item, shown_item, f"{path}[{n}]")
