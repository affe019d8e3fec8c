"""Forms as the official PHP SDK sends them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def as_php(tree: dict[str, Any]) -> str:
    """A tree as PHP's encoder writes it: flags are 1 and 0, null and empty arrays are left out."""
    return urlencode(list(php_pairs(tree, "{}")))


def php_pairs(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    match value:
        case dict() | list():
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, child in items:
                yield from php_pairs(child, name.format(key) + "[{}]")
        case None:
            pass
        case bool():
            yield name.removesuffix("[{}]"), int(value)
        case _:
            yield name.removesuffix("[{}]"), value
