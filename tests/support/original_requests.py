"""What the original Invoice Ninja makes of a client that it is sent. Pure."""

import json

from tests.support.original_ages import Age
from tests.support.original_answers import Tree, cut_client, without_tags


def read_tree(body: bytes) -> Tree:
    """Return the JSON object of a body, an empty one for any other body."""
    try:
        tree = json.loads(body)
    except ValueError:
        return {}
    return tree if isinstance(tree, dict) else {}


def stored_tree(tree: Tree, age: Age) -> Tree:
    """Return what the original stores of a sent client."""
    name, contacts = tree.get("name"), tree.get("contacts")
    if isinstance(name, str) and age.strips_tags:
        tree = tree | {"name": without_tags(name)}
    if contacts in ([], {}):
        tree = tree | {"contacts": [{}]}  # the blank one that this makes has an empty e-mail
    if sent_contacts(tree):
        tree = tree | {"contacts": with_recipient(sent_contacts(tree))}
    return cut_client(tree)


def with_recipient(contacts: list[Tree]) -> list[Tree]:
    """Return the contacts with one that gets mail: the primary one, if none is said to."""
    if any(contact.get("send_email") for contact in contacts):
        return contacts
    primary = next((n for n, contact in enumerate(contacts) if contact.get("is_primary")), 0)
    recipient = contacts[primary] | {"send_email": True}
    return [*contacts[:primary], recipient, *contacts[primary + 1 :]]


def with_currency(tree: Tree) -> Tree:
    """Return the object of a PUT with settings and a currency: an empty one is the company's."""
    settings = tree.get("settings", {})
    if settings == []:
        settings = {}
    if not isinstance(settings, dict):
        return tree
    return tree | {"settings": settings | {"currency_id": settings.get("currency_id") or ""}}


def sent_contacts(tree: Tree) -> list[Tree]:
    contacts = tree.get("contacts")
    return [one for one in contacts if isinstance(one, dict)] if isinstance(contacts, list) else []


def with_empty_members(settings: Tree, sent: Tree) -> Tree:
    """Return settings in the order in which they were sent. What was sent empty is null."""
    empty = [key for key, value in sent.items() if value is None or not str(value).strip()]
    in_order = {key: settings.get(key) for key in sent} | settings
    return in_order | {key: None for key in empty if not settings.get(key)}


def uncut_texts(sent: Tree, shown: Tree) -> Tree:
    """Return the texts of a sent client that were cut, as the answer to POST shows them."""
    cut = cut_client(sent)
    uncut = {
        name: sent[name].strip()
        for name in shown
        if isinstance(sent.get(name), str) and cut[name] != sent[name]
    }
    return uncut | {"display_name": uncut["name"]} if "name" in uncut else uncut
