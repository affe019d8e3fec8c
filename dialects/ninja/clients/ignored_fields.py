"""Which keys of an input had no effect here. What is read-only is ignored as it always was."""

from collections.abc import Iterator

from msgspec import Struct

from dialects.base.protocol.ignored_fields import unknown_keys

from ..protocol import wire
from ..protocol.input_tree import InputTree

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
"""Keys that speak of the request or its answer, not of the record."""


def beside(tree: InputTree, *shapes: type[Struct]) -> Iterator[str]:
    return (key for key in unknown_keys(tree, "", *shapes) if key not in ASIDE)


def of_document(tree: InputTree) -> Iterator[str]:
    return beside(tree, wire.DocumentInput, wire.Document)


def of_group(tree: InputTree) -> Iterator[str]:
    return beside(tree, wire.GroupInput, wire.Group)


def of_client(tree: InputTree) -> Iterator[str]:
    yield from beside(tree, wire.ClientInput, wire.Client)
    contacts = tree.get("contacts")
    for n, contact in enumerate(contacts if isinstance(contacts, list) else ()):
        yield from unknown_keys(contact, f"contacts.{n}.", wire.ContactInput, wire.Contact)
