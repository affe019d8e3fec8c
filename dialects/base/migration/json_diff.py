"""In which fields an object and what is shown of a record differ. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any


def diff_paths(told: Any, shown: Any, path: str = "") -> Iterator[str]:
    """Dotted names, `contacts[1].email`. A key that the object does not have is no difference."""
    match told, shown:
        case Mapping(), Mapping():
            for key, value in told.items():
                yield from diff_paths(value, shown.get(key), f"{path}.{key}" if path else key)
        case [*_], [*_]:
            yield from diff_lists(told, shown, path)
        case _ if told != shown:
            yield path
        case _:
            pass


def diff_lists(told: Sequence[Any], shown: Sequence[Any], path: str) -> Iterator[str]:
    for n, (one, other) in enumerate(zip_longest(told, shown)):
        yield from diff_paths(one, other, f"{path}[{n}]")
