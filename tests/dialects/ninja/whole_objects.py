"""Clients and groups in which every field has a value, and their JSON without what a write moves.

JSON texts are compared, and not values: for Python, `1`, `1.0` and `true` are equal.
"""

import json
from typing import Any

from dialects.ninja.clients.setting_types import DESIGN_KEYS, is_numeric_text
from dialects.ninja.reference.tables import SETTING_TYPES
from tests.dialects.ninja.steps import group_of
from tests.support.api_callers import Ninja

Tree = dict[str, Any]

FIELDS: Tree = {
    "name": "Acme & Söhne <3",
    "website": "https://acme.example/?a=b&c=d",
    "private_notes": "one\ntwo  %20+",
    "public_notes": "[brackets] = 100 %",
    "size_id": "2",
    "industry_id": "3",
    "address1": "Straße 1",
    "address2": "0",
    "phone": "+49 (1) 5",
    "city": "Köln",
    "state": "NRW",
    "postal_code": "01067",
    "country_id": "276",
    "custom_value1": "true",
    "custom_value2": "1.0",
    "custom_value3": "日本",
    "custom_value4": "{}",
    "shipping_address1": "Quai 2",
    "shipping_address2": "2e",
    "shipping_city": "Lyon",
    "shipping_state": "ARA",
    "shipping_postal_code": "69001",
    "shipping_country_id": "250",
    "vat_number": "DE123",
    "id_number": "007",
    "number": "N-1",
    "has_valid_vat_number": True,
    "is_tax_exempt": True,
    "routing_id": "R",
    "classification": "company",
}
CONTACTS: list[Tree] = [
    {"first_name": "Ada", "email": "ada@acme.example", "send_email": False, "is_primary": False},
    {"last_name": "B & C", "email": "bob@acme.example", "phone": "0"},
    {"first_name": "Eve", "is_primary": True, "send_email": True, "custom_value1": "false"},
    {},
]
UNKNOWN: Tree = {
    "x_flag": True,
    "x_no": False,
    "x_one": 1,
    "x_none": 0,
    "x_rate": 1.5,
    "x_small": 1e-7,
    "x_large": 1e20,
    "x_text": "1",
    "x_word": "false",
    "x_id": 7,
}
"""Settings that the original does not have: they keep what was sent."""


def known_settings() -> Tree:
    """Return a value for each known key but two, in its own type. Half the flags say no."""
    return {
        key: sample(key, kind, n)
        for n, (key, kind) in enumerate(SETTING_TYPES.items())
        if key not in {"translations", "company_logo"}
    }


def sample(key: str, kind: str, n: int) -> Any:
    match kind:
        case "bool":
            return n % 2 == 0
        case "float":
            return [0, 10, 7.5, 0.00001][n % 4]
        case "int" | "integer":
            return n
        case "object":
            return {"client_details": ["$client.name", "$client.vat_number"]}
        case _ if is_numeric_text(key) and key not in DESIGN_KEYS:
            return str(n + 1)
        case _:
            return f"{key} & [{n}]"


def whole_client(ninja: Ninja) -> Tree:
    """Create a client with a value in every field, with a group and two files, and return it."""
    group = group_of(ninja, name="Gold", settings={"payment_terms": "7"})
    fields = FIELDS | {"contacts": CONTACTS, "group_settings_id": group["id"]}
    client = ninja.created(**fields)
    settings = known_settings() | UNKNOWN | {"translations": {"a": "b", "c d": "é"}}
    ninja.put(client["id"], {"settings": settings})
    files = [("documents[]", (name, b"hello", "text/plain")) for name in ("a.txt", "b.txt")]
    answer = ninja.post(f"/clients/{client['id']}/upload", files=files)
    assert answer.status_code == 200, answer.text
    return ninja.shown(client["id"])


def whole_group(ninja: Ninja) -> Tree:
    """Create a group with a value for every setting, and return it."""
    return group_of(ninja, name="Gold & Söhne", settings=known_settings())


def lasting(shown: Tree) -> str:
    """Return all of an object but the moment of its last change, as JSON text."""
    contacts = [without_moment(contact) for contact in shown.get("contacts", [])]
    return json.dumps(without_moment(shown) | {"contacts": contacts}, indent=1)


def without_moment(shown: Tree) -> Tree:
    return {key: value for key, value in shown.items() if key != "updated_at"}
