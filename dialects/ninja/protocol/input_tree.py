"""A request's query, form and JSON as one tree, the way PHP and this API's middleware see it.

Pure: brackets nest, texts are trimmed, empty texts become null, the body wins over the query.
"""

import re
from collections.abc import Iterable
from typing import Any

from dialects.base.protocol.failures import Malformed

from .scalars import trimmed

UNTRIMMED = frozenset({"password", "current_password", "password_confirmation"})
MAX_NESTING = 20
INDEX = re.compile("[0-9]{1,9}", re.ASCII)

Tree = dict[str, Any]


def nested(pairs: Iterable[tuple[str, Any]]) -> Tree:
    """`contacts[0][email]=a` and `ids[]=b` as PHP nests them; the last of equal keys wins."""
    tree: Tree = {}
    for name, value in pairs:
        top, *steps = steps_of(name)
        place(tree, [top, *steps], value)
    return {key: listed(value) for key, value in tree.items()}


def steps_of(name: str) -> list[str]:
    match = re.fullmatch(r"([^\[]+)((?:\[[^\]]*\])+)", name)
    if match is None:
        return [name]
    steps = re.findall(r"\[([^\]]*)\]", match[2])
    if len(steps) > MAX_NESTING:
        raise Malformed("a field name is nested too deeply")
    return [match[1], *steps]


def place(branch: Tree, steps: list[str], value: Any) -> None:
    *parents, last = steps
    for step in parents:
        key = step or next_index(branch)
        child = branch.get(key)
        if not isinstance(child, dict):
            child = branch[key] = {}
        branch = child
    branch[last or next_index(branch)] = value


def next_index(branch: Tree) -> str:
    """Where `[]` appends: behind the largest number there is."""
    return str(max((int(key) for key in branch if INDEX.fullmatch(key)), default=-1) + 1)


def listed(value: Any) -> Any:
    """A branch whose keys are all numbers is a list, whatever the numbers."""
    if not isinstance(value, dict):
        return value
    children = {key: listed(child) for key, child in value.items()}
    if children and all(map(INDEX.fullmatch, children)):
        return list(children.values())
    return children


def merged(query: Tree, body: Tree) -> Tree:
    return normalised(query | body)


def normalised(tree: Tree) -> Tree:
    return {
        key: value if key in UNTRIMMED and value != "" else clean(value)
        for key, value in tree.items()
    }


def clean(value: Any) -> Any:
    """Texts trimmed, empty ones null, at any depth."""
    match value:
        case str():
            return trimmed(value) or None
        case dict():
            return {key: clean(child) for key, child in value.items()}
        case list():
            return [clean(child) for child in value]
        case _:
            return value


def with_listed_contacts(tree: Tree) -> Tree:
    """Contacts as a list: a flat object is a list of one, numbered objects are a list."""
    contacts = tree.get("contacts")
    if not isinstance(contacts, dict):
        return tree
    values = list(contacts.values())
    is_flat = not any(isinstance(value, dict | list) for value in values)
    return tree | {"contacts": [contacts] if is_flat and values else values}


def with_settings_object(tree: Tree) -> Tree:
    """PHP writes an empty object as an empty list."""
    return tree | {"settings": {}} if tree.get("settings") == [] else tree


def client_tree(tree: Tree) -> Tree:
    return with_settings_object(with_listed_contacts(tree))
