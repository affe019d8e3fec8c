"""Objects of another Planado, and builders of parsed objects and records."""

from typing import Any

import msgspec

from dialects.base.migration.object_codec import ParsedObject
from dialects.planado.migration.object_codec import CODEC
from storage.model.records import Client
from tests.support.golden_cases import Tree
from tests.support.in_memory_import import ACCOUNT, born

# Two objects as the list's documentation shows them.
ORGANIZATION = """{
    "uuid": "50c773b3-a4f8-5619-be47-cb6a0edb22cc",
    "external_id": "423430387320568-acme",
    "name": "ACME Corporation",
    "organization": true,
    "organization_name": "ACME Corporation",
    "site_address": {
        "formatted": "Passeig de Gràcia, 92, 08008 Barcelona, Spain",
        "entrance_no": "1",
        "apartment": null,
        "floor": "1",
        "description": "Entrance via Carrer de Procença",
        "geolocation": {"longitude": 37.6785237278356, "latitude": 55.7862807707096}
    },
    "contacts": [{"name": "Pedro", "value": "(834) 362-5246", "type": "phone"}],
    "version": 3,
    "created_at": "2016-05-29T17:31:01.419601Z",
    "updated_at": "2016-06-07T10:57:19.529209Z"
}""".encode()
PERSON = b"""{
    "uuid": "b2584e3c-25dd-4773-ab8b-0a018fd58d2b",
    "external_id": "22451458596510-john-doe-the-second",
    "name": "John Doe the Second",
    "organization": false,
    "first_name": "John",
    "last_name": "Doe",
    "middle_name": "the second",
    "site_address": {
        "formatted": "VFWH+25 Rome, Metropolitan City of Rome, Italy",
        "entrance_no": "3",
        "apartment": "11",
        "floor": "2",
        "description": "Knock hard",
        "geolocation": {"longitude": 12.4772501, "latitude": 41.8950619}
    },
    "contacts": [{"name": "John", "value": "(923) 820-5063", "type": "phone"}],
    "version": 3,
    "created_at": "2016-05-29T17:31:01.419601Z",
    "updated_at": "2016-06-07T10:57:19.529209Z"
}"""
ID = "b2584e3c-25dd-4773-ab8b-0a018fd58d2b"


def parsed_object(**fields: Any) -> ParsedObject:
    return CODEC.read_object(msgspec.json.encode({"uuid": ID} | fields), ACCOUNT)


def an_object(record: Client) -> Tree:
    tree: Tree = msgspec.json.decode(CODEC.write_object(record, ACCOUNT), type=dict)
    return tree


def a_record(raw: bytes = ORGANIZATION) -> Client:
    return born(CODEC.read_object(raw, ACCOUNT).command)
