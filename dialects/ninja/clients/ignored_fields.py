"""The keys of an input that had no effect.

Read-only fields are not among them: the original also ignores these.
"""

from collections.abc import Iterator

from msgspec import Struct

from dialects.base.protocol.ignored_fields import unknown_keys

from ..protocol import wire
from ..protocol.input_tree import InputTree

REQUEST_KEYS = frozenset(
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
"""Keys that are about the request or its answer, not about the record."""


def unknown_record_keys(tree: InputTree, *shapes: type[Struct]) -> Iterator[str]:
    """Yield the keys that are neither in REQUEST_KEYS nor fields of one of the shapes."""
    return (key for key in unknown_keys(tree, "", *shapes) if key not in REQUEST_KEYS)


def of_document(tree: InputTree) -> Iterator[str]:
    """Yield the ignored keys in the input of a document."""
    return unknown_record_keys(tree, wire.DocumentInput, wire.Document)


def of_group(tree: InputTree) -> Iterator[str]:
    """Yield the ignored keys in the input of a group."""
    return unknown_record_keys(tree, wire.GroupInput, wire.Group)


def of_client(tree: InputTree) -> Iterator[str]:
    """Yield the ignored keys in the input of a client; in a contact as `contacts.0.emial`."""
    yield from unknown_record_keys(tree, wire.ClientInput, wire.Client)
    contacts = tree.get("contacts")
    for n, contact in enumerate(contacts if isinstance(contacts, list) else ()):
        yield from unknown_keys(contact, f"contacts.{n}.", wire.ContactInput, wire.Contact)
