"""Which keys of an input had no effect here. What is read-only is ignored as it always was."""

from collections.abc import Iterator

from dialects.base import unknown_keys

from . import wire
from .inputs import Tree

ASIDE = frozenset(
    [
        "_method",
        "include",
        "index",
        "serializer",
        "include_static",
        "first_load",
        "lang",
        "per_page",
        "page",
        "sort",
    ]
)
"""Keys that speak of the request or its answer, not of the client."""


def ignored(tree: Tree) -> Iterator[str]:
    keys = unknown_keys(tree, "", wire.ClientInput, wire.Client)
    yield from (key for key in keys if key not in ASIDE)
    contacts = tree.get("contacts")
    for n, contact in enumerate(contacts if isinstance(contacts, list) else ()):
        yield from unknown_keys(contact, f"contacts.{n}.", wire.ContactInput, wire.Contact)
