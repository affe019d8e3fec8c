"""One tree from a request's query, form and JSON, as PHP and the original's middleware make it.

Pure. Brackets in a name nest its value, texts are trimmed, and empty texts become null. The body
overrides the query.
"""

import re
from collections.abc import Iterable
from typing import Any

from dialects.base.protocol.failures import Malformed

from .scalars import trim

UNTRIMMED_KEYS = frozenset({"password", "current_password", "password_confirmation"})
MAX_NESTING, MAX_NAME_LENGTH = 20, 1000
PHP_EMPTIES: dict[str, Any] = {"settings": {}, "documents": []}
INDEX_PATTERN = re.compile("[0-9]{1,9}", re.ASCII)

InputTree = dict[str, Any]


class Branch(InputTree):
    """A dict in which an empty key appends: it is one more than the largest number before it."""

    next_index = 0

    def __setitem__(self, key: str, value: Any) -> None:
        if INDEX_PATTERN.fullmatch(key):
            self.next_index = max(self.next_index, int(key) + 1)
        super().__setitem__(key, value)

    def put_at(self, keys: list[str], value: Any) -> None:
        """Put a value at a path of keys. Scalars on the path are replaced."""
        branch, (*parents, last) = self, keys
        for parent in parents:
            key = parent or str(branch.next_index)
            child = branch.get(key)
            if not isinstance(child, Branch):
                child = branch[key] = Branch()
            branch = child
        branch[last or str(branch.next_index)] = value


def nest_pairs(pairs: Iterable[tuple[str, Any]]) -> InputTree:
    """Nest pairs by the brackets in their names, as PHP does: `contacts[0][email]=a`, `ids[]=b`.

    Of equal names, the last one wins.
    """
    tree = Branch()
    for name, value in pairs:
        tree.put_at(split_field_name(name), value)
    return {key: as_list(value) for key, value in tree.items()}


def split_field_name(name: str) -> list[str]:
    """Split `contacts[0][email]` into its keys. A name with other brackets is one key.

    Raises Malformed for more than MAX_NESTING brackets, or MAX_NAME_LENGTH characters.
    """
    if len(name) > MAX_NAME_LENGTH:
        raise Malformed("a field name is too long")
    match = re.fullmatch(r"([^\[]+)((?:\[[^\]]*\])+)", name)
    if match is None:
        return [name]
    keys = re.findall(r"\[([^\]]*)\]", match[2])
    if len(keys) > MAX_NESTING:
        raise Malformed("a field name is nested too deeply")
    return [match[1], *keys]


def as_list(value: Any) -> Any:
    """Turn every branch whose keys are all numbers into a list, no matter which numbers."""
    if not isinstance(value, dict):
        return value
    children = {key: as_list(child) for key, child in value.items()}
    if children and all(map(INDEX_PATTERN.fullmatch, children)):
        return list(children.values())
    return children


def merge_inputs(query: InputTree, body: InputTree) -> InputTree:
    """Return the normalized inputs of a request; the body overrides the query."""
    return normalize_tree(query | body)


def normalize_tree(tree: InputTree) -> InputTree:
    """Trim texts and turn empty texts into null. Passwords are not trimmed."""
    return {
        key: value if key in UNTRIMMED_KEYS and value != "" else clean_value(value)
        for key, value in tree.items()
    }


def clean_value(value: Any) -> Any:
    """Trim texts and turn empty texts into null, at any depth."""
    match value:
        case str():
            return trim(value) or None
        case dict():
            return {key: clean_value(child) for key, child in value.items()}
        case list():
            return [clean_value(child) for child in value]
        case _:
            return value


def with_listed_contacts(tree: InputTree) -> InputTree:
    """Return the tree with `contacts` as a list, without null.

    A flat object becomes a list of one. The values of an object of objects become the list.
    """
    contacts = tree.get("contacts")
    if isinstance(contacts, list):
        return tree | {"contacts": [one for one in contacts if one is not None]}
    if not isinstance(contacts, dict):
        return tree
    values = list(contacts.values())
    is_flat = not any(isinstance(value, dict | list) for value in values)
    return tree | {"contacts": [contacts] if is_flat and values else values}


def with_php_empties(tree: InputTree) -> InputTree:
    """Return the tree with an object for empty `settings`, and a list for empty `documents`.

    PHP writes an empty object as an empty list, and reads both alike.
    """
    empties = {key: value for key, value in PHP_EMPTIES.items() if tree.get(key) in ([], {})}
    return tree | empties if empties else tree


def normalize_client_tree(tree: InputTree) -> InputTree:
    """Return the inputs of a client with lists and objects where its fields need them."""
    return with_php_empties(with_listed_contacts(tree))
