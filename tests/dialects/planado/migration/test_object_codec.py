"""Objects of Planado from files and other servers: the clients they become, and the losses."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from dialects.planado.migration.object_codec import CODEC
from storage.model.errors import Invalid
from storage.store import Store
from tests.dialects.planado.migration.foreign_objects import (
    ID,
    ORGANIZATION,
    PERSON,
    an_object,
    parsed_object,
)
from tests.support.golden_cases import CASES, Case, Tree, pretty
from tests.support.in_memory_import import ACCOUNT, account_of, born, changed, import_objects
from tests.support.view_differences import differing_fields

UPDATED = datetime(2016, 6, 7, 10, 57, 19, 529209, UTC)
LISTED = {name: case for name, case in CASES.items() if case.planado is not None}
each_case = pytest.mark.parametrize("case", LISTED.values(), ids=list(LISTED))


@each_case
def test_a_record_is_written_as_it_is_shown(case: Case) -> None:
    written = CODEC.write_object(case.record, ACCOUNT)

    assert msgspec.json.format(written).decode() == pretty(case.in_planado or {})
    assert CODEC.id_of(case.record, ACCOUNT) == str(case.record.uuid)


@each_case
def test_an_object_makes_a_client_that_is_shown_the_same(store: Store, case: Case) -> None:
    account = account_of(case.whole_account)
    raw = CODEC.write_object(case.record, account)

    [made] = import_objects(store, case.whole_account, [CODEC.read_object(raw, account)])

    assert CODEC.write_object(made, account) == raw


@each_case
def test_an_object_that_is_shown_changes_nothing(case: Case) -> None:
    record = case.record
    raw = CODEC.write_object(record, ACCOUNT)

    parsed = CODEC.read_object(raw, ACCOUNT)

    assert changed(record, parsed) is record
    assert parsed.change_command(record).version == record.version
    assert differing_fields(CODEC, raw, record, ACCOUNT) == set()


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_record_is_listed_unless_it_is_deleted(case: Case) -> None:
    assert CODEC.is_listed(case.record) is (case.planado is not None)


def test_the_documentations_organization_is_a_client() -> None:
    parsed = CODEC.read_object(ORGANIZATION, ACCOUNT)

    record = born(parsed.command)

    assert parsed.foreign_id == "50c773b3-a4f8-5619-be47-cb6a0edb22cc" == str(record.uuid)
    assert (parsed.stamp, parsed.updated_at, parsed.losses) == ("3", UPDATED, ())
    assert parsed.label == "423430387320568-acme ACME Corporation"
    assert (record.organization_name, record.classification) == ("ACME Corporation", "")
    assert (record.external_id, record.version) == ("423430387320568-acme", 3)
    assert (record.updated_at, record.created_at.microsecond) == (UPDATED, 419601)
    assert record.service_text == "Passeig de Gràcia, 92, 08008 Barcelona, Spain"
    assert (record.entrance_no, record.apartment, record.floor) == ("1", "", "1")
    assert (record.longitude, record.latitude) == (37.6785237278356, 55.7862807707096)
    assert [(c.first_name, c.phone) for c in record.contacts] == [("Pedro", "(834) 362-5246")]
    assert an_object(record) == msgspec.json.decode(ORGANIZATION)


def test_the_documentations_person_is_a_client() -> None:
    parsed = CODEC.read_object(PERSON, ACCOUNT)

    record = born(parsed.command)

    assert parsed.label == "22451458596510-john-doe-the-second John Doe the second"
    assert (record.first_name, record.last_name, record.middle_name) == (
        "John",
        "Doe",
        "the second",
    )
    assert an_object(record) == msgspec.json.decode(PERSON) | {"name": "John Doe the second"}
    assert differing_fields(CODEC, PERSON, record, ACCOUNT) == set()


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"organization_name": "Acme"}, ("", "Acme", "", "")),
        ({"name": "Acme", "organization": True}, ("", "Acme", "", "")),
        ({"name": "Acme"}, ("", "Acme", "", "")),
        ({"first_name": "Ada"}, ("individual", "", "Ada", "")),
        ({"name": "Ada King", "organization": "false"}, ("individual", "", "Ada", "King")),
        ({"organization": 1, "organization_name": 42}, ("", "42", "", "")),
        ({"organization": True, "organization_name": ""}, ("other", "", "", "")),
        ({"last_name": "King", "first_name": None}, ("individual", "", "", "King")),
    ],
)
def test_names_are_found_where_they_are(fields: Tree, names: tuple[str, ...]) -> None:
    parsed = parsed_object(**fields)

    record = born(parsed.command)

    assert parsed.losses == ()
    assert names == (
        record.classification,
        record.organization_name,
        record.first_name,
        record.last_name,
    )
    assert an_object(record)["organization"] is (names[0] != "individual")


def test_numbers_are_texts_and_texts_are_numbers() -> None:
    parsed = parsed_object(
        external_id=7,
        name="Acme",
        site_address={"floor": 2, "geolocation": {"longitude": "1.5", "latitude": 2}},
        contacts=[{"value": 5550100, "type": "phone"}],
        version="4",
    )

    record = born(parsed.command)

    assert (record.external_id, record.floor, record.phone, parsed.stamp) == (
        "7",
        "2",
        "5550100",
        "4",
    )
    assert (record.longitude, record.latitude, record.version) == (1.5, 2.0, 4)
    assert parsed.losses == ()


def test_nulls_are_empty_and_lose_nothing() -> None:
    names = [name for name in msgspec.json.decode(PERSON) if name != "uuid"]

    parsed = parsed_object(**dict.fromkeys(names))

    assert parsed.losses == ()
    assert (parsed.stamp, parsed.updated_at, parsed.label) == ("", None, ID)
    assert an_object(born(parsed.command))["site_address"] is None


@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"id": 7}, {"id": "7"}),
        ({"custom_fields": [{"value": 1}]}, {"custom_fields": '[{"value":1}]'}),
        ({"custom_fields": [], "tags": None}, {}),
        ({"contacts": [{"value": "@a", "type": "telegram"}]}, {"contacts[0]": "telegram @a"}),
        (
            {"contacts": [{"name": "Ada", "value": "", "type": "phone"}]},
            {"contacts[0]": "phone Ada"},
        ),
        ({"contacts": [{"name": "", "value": " ", "type": "phone"}]}, {}),
        (
            {"contacts": [{"value": "1", "type": "phone", "note": "home"}, "Ada"]},
            {"contacts[0].note": "home", "contacts[1]": "Ada"},
        ),
        ({"site_address": "Girona"}, {"site_address": "Girona"}),
        ({"site_address": {"zip": "08008"}}, {"site_address.zip": "08008"}),
        (
            {"site_address": {"geolocation": {"longitude": "east", "latitude": 1.5}}},
            {
                "site_address.geolocation.longitude": "east",
                "site_address.geolocation.latitude": "1.5",
            },
        ),
        ({"organization": True, "first_name": "Ada", "name": "A"}, {"first_name": "Ada"}),
        ({"version": "new"}, {"version": "new"}),
        ({"updated_at": "yesterday"}, {"updated_at": "yesterday"}),
        ({"organization": "maybe"}, {"organization": "maybe"}),
    ],
)
def test_what_has_no_place_is_told_as_lost(fields: Tree, lost: dict[str, str]) -> None:
    parsed = parsed_object(**fields)

    assert dict(parsed.losses) == lost
    assert born(parsed.command).uuid == UUID(ID)


def test_nothing_is_refused_for_its_length_or_form() -> None:
    parsed = parsed_object(
        organization_name="x" * 6000,
        site_address={
            "formatted": "y" * 6000,
            "floor": "z" * 200,
            "geolocation": {"longitude": 500, "latitude": -91},
        },
        contacts=[{"name": "Ada", "value": str(n), "type": "phone"} for n in range(150)],
    )

    record = born(parsed.command)

    assert (len(record.name), len(record.service_text or ""), len(record.floor)) == (
        6000,
        6000,
        200,
    )
    assert (record.longitude, record.latitude, len(record.contacts)) == (500, -91, 150)
    assert parsed.losses == ()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "is no JSON object"),
        (b"[]", "is no JSON object"),
        (b'"50c773b3-a4f8-5619-be47-cb6a0edb22cc"', "is no JSON object"),
        (b'{"name":"Acme"}', "uuid: is missing"),
        (b'{"uuid":null}', "uuid: is missing"),
        (b'{"uuid":"VolejRejNm"}', "uuid: is no uuid"),
        (b'{"uuid":{}}', "uuid: is missing"),
        (b'{"uuid":"50c773b3-a4f8-5619-be47-cb6a0edb22cc","name":"\\udc00"}', "is no JSON object"),
    ],
)
def test_what_is_no_client_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(Invalid) as failure:
        CODEC.read_object(raw, ACCOUNT)

    assert words in str(failure.value)
