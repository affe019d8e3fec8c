"""What the original Invoice Ninja makes of its answers: their bytes, headers, texts and order.

All of it was observed on a running 5.10.17; `tests/seeds/original_ninja` has whole answers.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Tree = dict[str, Any]

NO_RECORD = b'{"message":"No query results for model [App\\\\Models\\\\Client]."}'
LINE_LENGTH = 191
NOTE_BYTES = 65_535
CLIENT_LINES = (
    *("name", "website", "address1", "address2", "city", "state", "postal_code", "phone"),
    *(f"shipping_{name}" for name in ("address1", "address2", "city", "state", "postal_code")),
    *("vat_number", "id_number", "number", "routing_id"),
)
CONTACT_LINES = ("first_name", "last_name", "email", "phone")
CUSTOM_VALUES = tuple(f"custom_value{n}" for n in range(1, 5))
NOTES = ("private_notes", "public_notes", *CUSTOM_VALUES)
CLIENT_LENGTHS = dict.fromkeys(CLIENT_LINES, LINE_LENGTH) | {"phone": 255}
CONTACT_LENGTHS = dict.fromkeys(CONTACT_LINES, LINE_LENGTH) | {"email": 100}
TAG = re.compile(r"<(?=\S)[^>]*(?:>|$)")
AUTOMATIC_KEY_LENGTH = 40
"""Of the contact that the original makes for a client that was sent none."""
OWN_HEADERS = frozenset(
    {
        "content-type",
        "x-api-version",
        "x-app-version",
        "x-minimum-client-version",
        "cache-control",
        "content-disposition",
        "access-control-allow-origin",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-expose-headers",
    }
)
REPLACED_HEADERS = {
    "access-control-expose-headers": "X-APP-VERSION,X-MINIMUM-CLIENT-VERSION,Content-Disposition",
    "cache-control": "no-cache, private",
}
"""What the original says in headers of which we say something else."""


def pretty_json(tree: Any) -> bytes:
    """Return JSON as PHP prints it: four blanks a level, slashes escaped, ASCII only."""
    return json.dumps(tree, indent=4).replace("/", "\\/").encode()


def original_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that the original has too: no ETag, no Vary, none of our own."""
    shown = {name: value for name, value in headers.items() if name.lower() in OWN_HEADERS}
    return {"x-powered-by": "PHP/8.2.36"} | {
        name: REPLACED_HEADERS.get(name, value) for name, value in shown.items()
    }


def cut_client(client: Tree) -> Tree:
    """Return a client, as it is sent or shown, with the texts that fit into the columns."""
    texts = cut_texts(client, CLIENT_LENGTHS, NOTES)
    contacts = client.get("contacts")
    if isinstance(contacts, list):
        texts["contacts"] = [
            cut_texts(one, CONTACT_LENGTHS, CUSTOM_VALUES) if isinstance(one, dict) else one
            for one in contacts
        ]
    return texts


def cut_texts(given: Tree, lengths: Mapping[str, int], notes: tuple[str, ...]) -> Tree:
    cut = dict(given)
    for name, value in given.items():
        if isinstance(value, str) and name in lengths:
            cut[name] = value[: lengths[name]]
        elif isinstance(value, str) and name in notes:
            cut[name] = value.encode()[:NOTE_BYTES].decode(errors="ignore")
    return cut


def without_tags(name: str) -> str:
    """Return a name without what PHP takes for tags: all from a `<` before a letter or a digit."""
    return TAG.sub("", name)


def shown_client(client: Tree) -> Tree:
    """Return a client of ours as the original shows it: cut, and a `0` as nothing."""
    shown = cut_client(client)
    for name in (*CLIENT_LINES, *NOTES):
        if shown.get(name) == "0":
            shown[name] = ""
    return shown | {"display_name": display_name(shown)}


def with_blank_email(contact: Tree, *, is_automatic: bool) -> Tree:
    """Return a contact with a blank for no e-mail, if the original has made it by itself."""
    is_automatic = is_automatic or len(contact["contact_key"]) == AUTOMATIC_KEY_LENGTH
    return contact | {"email": contact["email"] or (" " if is_automatic else "")}


def display_name(client: Tree) -> str:
    """Return the name if it has more than one byte, else that of the first contact."""
    if len(client["name"].encode()) > 1:
        return str(client["name"])
    for contact in client["contacts"]:
        names = (contact["first_name"], contact["last_name"])
        return " ".join(names) if any(names) else contact["email"] or "No Contact Set"
    return "No Contact Set"


def map_clients(body: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """Return a body with each client in it changed. Other objects stay as they are."""
    return {key: change_clients(value, change) for key, value in body.items()}


def change_clients(value: Any, change: Callable[[Tree], Tree]) -> Any:
    if isinstance(value, list):
        return [change_clients(one, change) for one in value]
    return change(value) if is_client(value) else value


def is_client(value: Any) -> bool:
    return isinstance(value, dict) and "client_hash" in value and "contacts" in value


def without_queries(body: Tree) -> Tree:
    """Return a list whose links have lost all of their query but the page."""
    pagination = body.get("meta", {}).get("pagination")
    if pagination and isinstance(pagination["links"], dict):
        pagination["links"] = {
            name: re.sub(r"\?(?:.*&)?(page=[0-9]+).*", r"?\1", link)
            for name, link in pagination["links"].items()
        }
    return body
