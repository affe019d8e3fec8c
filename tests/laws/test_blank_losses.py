"""Blank texts: a text of nothing but white space that an object does not bring along is reported,
once, and one that survives is not."""

import pytest
from hypothesis import given, strategies as st
from msgspec import structs

from dialects.base.migration.object_codec import ObjectCodec
from dialects.ninja.migration.object_codec import CODEC as NINJA
from dialects.planado.migration.object_codec import CODEC as PLANADO
from storage.model.records import Address, Client, Contact
from tests.laws.generated_clients import imports
from tests.support.golden_cases import DEFAULT
from tests.support.in_memory_import import ACCOUNT, born

each_codec = pytest.mark.parametrize("codec", [NINJA, PLANADO], ids=["ninja", "planado"])
BLANKS = ["\u2003", "\u2003\t", "\u3000\n"]
"""No generated client has them."""
SHIPPING = [f"shipping_{name}" for name in Address._fields if name != "country_id"]
FORMS = {name: {"service_text": None} for name in SHIPPING}
FORMS["service_text"] = dict.fromkeys(SHIPPING, "")
"""A service address is structured or one text, never both."""


def text_columns(part: Client | Contact) -> list[str]:
    texts = {name for name, value in structs.asdict(part).items() if isinstance(value, str)}
    return sorted(texts - {"client_hash", "contact_key", "settings"})


TEXTS = [*text_columns(DEFAULT.record), "external_id"]
CONTACT_TEXTS = text_columns(DEFAULT.record.contacts[0])
client_columns = st.sampled_from([*TEXTS, "service_text"])
contact_columns = st.sampled_from(CONTACT_TEXTS)
records = st.builds(born, imports())
blanks = st.sampled_from(BLANKS)


def after_round_trip(codec: ObjectCodec, before: Client) -> Client:
    return born(codec.read_object(codec.write_object(before, ACCOUNT), ACCOUNT).command)


def reports(codec: ObjectCodec, record: Client, field: str) -> int:
    return [loss.field for loss in codec.losses(record)].count(field)


@each_codec
@given(record=records, column=client_columns, blank=blanks)
def test_a_blank_text_of_a_client_survives_or_is_reported_once(
    codec: ObjectCodec, record: Client, column: str, blank: str
) -> None:
    before = structs.replace(record, **FORMS.get(column, {}), **{column: blank})

    is_lost = getattr(after_round_trip(codec, before), column) != blank

    assert reports(codec, before, column) == is_lost


@each_codec
@given(record=records, data=st.data(), column=contact_columns, blank=blanks)
def test_a_blank_text_of_a_contact_survives_or_is_reported_once(
    codec: ObjectCodec, record: Client, data: st.DataObject, column: str, blank: str
) -> None:
    n = data.draw(st.integers(0, len(record.contacts) - 1))
    contacts = list(record.contacts)
    contacts[n] = structs.replace(contacts[n], **{column: blank})
    before = structs.replace(record, contacts=tuple(contacts))

    after = after_round_trip(codec, before)

    is_lost = blank not in [getattr(contact, column) for contact in after.contacts]
    assert reports(codec, before, f"contacts[{n}].{column}") == is_lost


@each_codec
@given(record=records, blank=blanks)
def test_of_a_client_of_blanks_each_lost_text_is_reported_once(
    codec: ObjectCodec, record: Client, blank: str
) -> None:
    contacts = [structs.replace(c, **dict.fromkeys(CONTACT_TEXTS, blank)) for c in record.contacts]
    texts = dict.fromkeys(TEXTS, blank) | {"service_text": None}
    before = structs.replace(record, **texts, contacts=tuple(contacts))

    after = after_round_trip(codec, before)

    lost = [name for name in TEXTS if getattr(after, name) != blank]
    for name in CONTACT_TEXTS:
        if blank not in [getattr(contact, name) for contact in after.contacts]:
            lost += [f"contacts[{n}].{name}" for n in range(len(contacts))]
    counts = {name: reports(codec, before, name) for name in lost}
    assert counts == dict.fromkeys(lost, 1)
