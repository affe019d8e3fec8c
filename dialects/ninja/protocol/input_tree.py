"""A request's query, form and JSON as one tree, the way PHP and this API's middleware see it.

Pure: brackets nest, texts are trimmed, empty texts become null, the body wins over the query.
"""

import re
from collections.abc import Iterable
from typing import Any

from dialects.base.protocol.failures import Malformed

from .scalars import trim

UNTRIMMED = frozenset({"password", "current_password", "password_confirmation"})
MAX_NESTING = 20
INDEX = re.compile("[0-9]{1,9}", re.ASCII)

InputTree = dict[str, Any]


def nest_pairs(pairs: Iterable[tuple[str, Any]]) -> InputTree:
    """`contacts[0][email]=a` and `ids[]=b` as PHP nests them; the last of equal keys wins."""
    tree: InputTree = {}
    for name, value in pairs:
        top, *steps = steps_of(name)
        put_at(tree, [top, *steps], value)
    return {key: as_list(value) for key, value in tree.items()}


def steps_of(name: str) -> list[str]:
    match = re.fullmatch(r"([^\[]+)((?:\[[^\]]*\])+)", name)
    if match is None:
        return [name]
    steps = re.findall(r"\[([^\]]*)\]", match[2])
    if len(steps) > MAX_NESTING:
        raise Malformed("a field name is nested too deeply")
    return [match[1], *steps]


def put_at(branch: InputTree, steps: list[str], value: Any) -> None:
    *parents, last = steps
    for step in parents:
        key = step or next_index(branch)
        child = branch.get(key)
        if not isinstance(child, dict):
            child = branch[key] = {}
        branch = child
    branch[last or next_index(branch)] = value


def next_index(branch: InputTree) -> str:
    """Where `[]` appends: behind the largest number there is."""
    return str(max((int(key) for key in branch if INDEX.fullmatch(key)), default=-1) + 1)


def as_list(value: Any) -> Any:
    """A branch whose keys are all numbers is a list, whatever the numbers."""
    if not isinstance(value, dict):
        return value
    children = {key: as_list(child) for key, child in value.items()}
    if children and all(map(INDEX.fullmatch, children)):
        return list(children.values())
    return children


def merge_inputs(query: InputTree, body: InputTree) -> InputTree:
    return normalize_tree(query | body)


def normalize_tree(tree: InputTree) -> InputTree:
    return {
        key: value if key in UNTRIMMED and value != "" else clean_value(value)
        for key, value in tree.items()
    }


def clean_value(value: Any) -> Any:
    """Texts trimmed, empty ones null, at any depth."""
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
    """Contacts as a list: a flat object is a list of one, numbered objects are a list."""
    contacts = tree.get("contacts")
    if not isinstance(contacts, dict):
        return tree
    values = list(contacts.values())
    is_flat = not any(isinstance(value, dict | list) for value in values)
    return tree | {"contacts": [contacts] if is_flat and values else values}


def with_settings_object(tree: InputTree) -> InputTree:
    """PHP writes an empty object as an empty list."""
    return tree | {"settings": {}} if tree.get("settings") == [] else tree


def normalize_client_tree(tree: InputTree) -> InputTree:
    return with_settings_object(with_listed_contacts(tree))
