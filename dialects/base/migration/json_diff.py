"""In which fields an object and what is shown of a record differ. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any


def differing(told: Any, shown: Any, path: str = "") -> Iterator[str]:
    """Dotted names, `contacts[1].email`. A key that the object does not have is no difference."""
    match told, shown:
        case Mapping(), Mapping():
            for key, value in told.items():
                yield from differing(value, shown.get(key), f"{path}.{key}" if path else key)
        case [*_], [*_]:
            yield from differing_items(told, shown, path)
        case _ if told != shown:
            yield path
        case _:
            pass


def differing_items(told: Sequence[Any], shown: Sequence[Any], path: str) -> Iterator[str]:
    for n, (one, other) in enumerate(zip_longest(told, shown)):
        yield from differing(one, other, f"{path}[{n}]")
