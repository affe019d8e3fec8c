"""Objects of another Invoice Ninja, and builders of parsed objects and records."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import structs

from dialects.base.migration.object_codec import ParsedObject
from dialects.ninja.migration.object_codec import CODEC
from storage.model.accounts import Account
from storage.model.records import Client
from tests.support.golden_cases import Tree
from tests.support.in_memory_import import ACCOUNT, born

# An older version's object, as its documentation shows it: no classification, no tax_info.
OLD = rb"""{
    "id": "OpnelpJeKB",
    "user_id": "q9wdL84djP",
    "assigned_user_id": "",
    "name": "O'Reilly-Metz",
    "website": "http:\/\/www.okeefe.com\/aut-nostrum-omnis-explicabo-nostrum.html",
    "private_notes": "Laudantium enim numquam provident eius ipsa.",
    "balance": 10735.05,
    "group_settings_id": "",
    "paid_to_date": 0,
    "credit_balance": 0,
    "last_login": 0,
    "size_id": "",
    "public_notes": "",
    "client_hash": "VOYXVqOLrT1pc4FdKCg8AXVIeumby5IfKvkQ1eAB",
    "address1": "83865",
    "address2": "28362 Carlotta Junctions Apt. 508",
    "phone": "",
    "city": "South Sibylstad",
    "state": "New York",
    "postal_code": "52557-0628",
    "country_id": "288",
    "industry_id": "",
    "custom_value1": "",
    "custom_value2": "",
    "custom_value3": "",
    "custom_value4": "",
    "shipping_address1": "9999",
    "shipping_address2": "6540 Kari Meadows Apt. 411",
    "shipping_city": "East Jordy",
    "shipping_state": "Illinois",
    "shipping_postal_code": "39913-0552",
    "shipping_country_id": "4",
    "settings": {
        "entity": "App\\Models\\Client",
        "industry_id": "",
        "size_id": "",
        "currency_id": "1"
    },
    "is_deleted": false,
    "vat_number": "929146739",
    "id_number": "",
    "updated_at": 1631673918,
    "archived_at": 0,
    "created_at": 1631673918,
    "display_name": "O'Reilly-Metz",
    "number": "0001",
    "contacts": [
        {
            "id": "YQdJqg9bOG",
            "first_name": "Jewell",
            "last_name": "McClure",
            "email": "user@example.com",
            "created_at": 1631673918,
            "updated_at": 1631673918,
            "archived_at": 0,
            "is_primary": true,
            "is_locked": false,
            "phone": "276-345-6722",
            "custom_value1": "",
            "custom_value2": "",
            "custom_value3": "",
            "custom_value4": "",
            "contact_key": "d78CHQD80ePJbEn7tYX1fsRn5hXr7XiWQqjJYT9Q",
            "send_email": true,
            "last_login": 0,
            "password": "**********",
            "link": "http:\/\/ninja.test:8000\/client\/key_login\/d78CHQD80"
        },
        {
            "id": "y1aKZjleQG",
            "first_name": "Alaina",
            "last_name": "Wuckert",
            "email": "amcdermott@example.org",
            "created_at": 1631673918,
            "updated_at": 1631673918,
            "archived_at": 0,
            "is_primary": false,
            "is_locked": false,
            "phone": "(641) 879-8481",
            "custom_value1": "",
            "custom_value2": "",
            "custom_value3": "",
            "custom_value4": "",
            "contact_key": "KQoEiBxAQe05p43QubjoMcHxYKkBQLpWU4Swxi86",
            "send_email": true,
            "last_login": 0,
            "password": "**********",
            "link": "http:\/\/ninja.test:8000\/client\/key_login\/KQoEiBxAQ"
        }
    ],
    "documents": [],
    "gateway_tokens": []
}"""
MOMENT = datetime(2021, 9, 15, 2, 45, 18, tzinfo=UTC)


def parsed_object(account: Account = ACCOUNT, **fields: Any) -> ParsedObject:
    return CODEC.read_object(msgspec.json.encode({"id": "VolejRejNm"} | fields), account)


def an_object(record: Client, account: Account = ACCOUNT) -> Tree:
    tree: Tree = msgspec.json.decode(CODEC.write_object(record, account), type=dict)
    return tree


def a_record(**fields: Any) -> Client:
    return structs.replace(born(CODEC.read_object(OLD, ACCOUNT).command), **fields)
