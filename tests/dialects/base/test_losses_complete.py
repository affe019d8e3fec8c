"""Loss report: each value of a client that a dialect does not show has a line."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Struct, structs

from dialects.base.migration.object_codec import ObjectCodec
from dialects.ninja.migration.object_codec import CODEC as NINJA
from dialects.planado.migration.object_codec import CODEC as PLANADO
from storage.model.countries import COUNTRIES
from storage.model.records import Client, Contact, Document, Secret
from tests.support.golden_cases import CASES, Case, record_of
from tests.support.in_memory_import import ACCOUNT, account_of

MOMENT = datetime(2024, 5, 6, tzinfo=UTC)
DUMPS = {"ninja": NINJA, "planado": PLANADO}
each_dump = pytest.mark.parametrize("name", DUMPS)
CLIENT_ID = UUID(int=5)
DOCUMENT = Document(
    serial=1,
    client_serial=1,
    name="a.pdf",
    type="pdf",
    hash="h",
    size=1,
    user_serial=1,
    created_at=MOMENT,
    updated_at=MOMENT,
)
BASE = record_of(
    {
        "phone": "0",
        "phone_rank": 1,
        "contacts": [
            {"first_name": "Ada", "email": "a@example.com", "email_rank": 20},
            {
                "first_name": "Grace",
                "email": "g@example.com",
                "email_rank": 3,
                "phone": "1",
                "phone_rank": 4,
            },
        ],
    }
)
ODD: dict[str, Any] = {
    "uuid": CLIENT_ID,
    "country_id": 724,
    "extras": {"ninja": '{"tax_info":{"a":1}}', "third": "x"},
    "contacts": (),
    "documents": (DOCUMENT,),
    "settings": '{"language_id":"5"}',
    "password_hash": Secret("hash"),
    "service_text": "Girona",
    "send_email": False,
    "external_id": "crm-7",
    "longitude": 1.5,
    "latitude": 2.5,
}
"""Values of fields with a default that does not show their type."""
NEEDLESS = {
    "ninja": {
        "uuid": "each server gives its own; the id carries the serial",
        "version": "counts the changes made here",
        "phone_rank": "Planado's order of values, which says nothing of a person",
    },
    "planado": {
        "serial": "each server gives its own; the uuid carries the identity",
        "user_serial": "who made the record here",
        "client_hash": "made by the store for Ninja's links",
    },
}
NEEDLESS_OF_CONTACT = {
    "ninja": {
        "email_rank": "Planado's order of values, which says nothing of a person",
        "phone_rank": "the same",
    },
    "planado": {
        "serial": "each server gives its own",
        "contact_key": "made by the store for Ninja's links",
        "created_at": "of this record of the contact",
        "updated_at": "of this record of the contact",
    },
}


def sample(field: str, default: Any) -> Any:
    match default:
        case _ if field in ODD:
            return ODD[field]
        case datetime() | None if field.endswith(("_at", "login")):
            return MOMENT
        case bool():
            return True
        case Decimal():
            return Decimal("12.5")
        case int() | None:
            return 33
        case _:
            return "value"


def is_carried(codec: ObjectCodec, field: str, after: Client) -> bool:
    is_shown = codec.write_object(after, ACCOUNT) != codec.write_object(BASE, ACCOUNT)
    return is_shown or any(field in line.field for line in codec.losses(after))


@each_dump
@pytest.mark.parametrize("field", Client.__struct_fields__)
def test_every_field_of_a_client_is_shown_or_told(name: str, field: str) -> None:
    after = structs.replace(BASE, **{field: sample(field, getattr(BASE, field))})

    assert is_carried(DUMPS[name], field, after) is (field not in NEEDLESS[name])


@each_dump
@pytest.mark.parametrize("field", Contact.__struct_fields__)
def test_every_field_of_a_contact_is_shown_or_told(name: str, field: str) -> None:
    first, second = BASE.contacts
    value = sample(field, getattr(second, field))
    after = structs.replace(BASE, contacts=(first, structs.replace(second, **{field: value})))

    named = "password" if field == "password_hash" else field

    assert is_carried(DUMPS[name], named, after) is (field not in NEEDLESS_OF_CONTACT[name])


@each_dump
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_of_every_case_what_cannot_be_seen_is_told(name: str, case: Case) -> None:
    record, account, codec = case.record, account_of(case.whole_account), DUMPS[name]
    shown = " ".join(texts_of(msgspec.json.decode(codec.write_object(record, account))))
    told = {line.field for line in codec.losses(record)}

    silent = [
        field
        for field, text in texts_said(record, name)
        if " ".join(text.split()) not in " ".join(shown.split()) and field not in told
    ]

    assert silent == []


def texts_of(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for child in value.values():
                yield from texts_of(child)
        case list():
            for child in value:
                yield from texts_of(child)
        case str():
            yield value
        case _:
            pass


def texts_said(record: Client, name: str) -> Iterator[tuple[str, str]]:
    """Yield the path and text of a record's values. Countries are names where the dialect shows
    names."""
    yield from texts_within(record, "", NEEDLESS[name])
    for n, contact in enumerate(record.contacts):
        texts = list(texts_within(contact, f"contacts[{n}].", NEEDLESS_OF_CONTACT[name]))
        if contact.email.strip() or contact.phone.strip() or name == "ninja":
            yield from texts
        elif contact.name:
            yield f"contacts[{n}]", contact.name
    for field in ("country_id", "shipping_country_id"):
        country = COUNTRIES.get(getattr(record, field))
        if country:
            yield field, str(country.id) if name == "ninja" else country.name


def texts_within(part: Struct, path: str, needless: dict[str, str]) -> Iterator[tuple[str, str]]:
    for field in part.__struct_fields__:
        value = getattr(part, field)
        is_text = isinstance(value, str) and not isinstance(value, Secret)
        is_shown_otherwise = field == "settings" or (field, value) == (
            "classification",
            "individual",
        )
        if is_text and value.strip() and field not in needless and not is_shown_otherwise:
            yield f"{path}{field}", value
