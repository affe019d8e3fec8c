"""Objects of Invoice Ninja from files and other servers: the clients they become, and the
losses."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import UNSET, structs

from dialects.base.protocol.json_codec import WIRE_ENCODER
from dialects.ninja.migration.object_codec import CODEC
from storage.model.commands import ImportGroup
from storage.model.errors import Invalid
from storage.store import Store
from tests.dialects.ninja.migration.foreign_objects import MOMENT, OLD, a_record, parsed_object
from tests.support.golden_cases import CASES, Case, Tree
from tests.support.in_memory_import import ACCOUNT, account_of, born, changed, import_objects
from tests.support.view_differences import differing_fields, filled_in

FOLDED = (
    "names: A part of several words is one part in Planado, and split anew by Ninja.",
    "scripts: A wide blank parts words for Ninja as any blank does.",
)
"""A person's name is kept in parts, and so without the blanks between them."""
each_case = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
same_again = pytest.mark.parametrize(
    "case",
    [case for name, case in CASES.items() if name not in FOLDED],
    ids=[name for name in CASES if name not in FOLDED],
)


@each_case
def test_a_record_is_written_as_it_is_shown(case: Case) -> None:
    account = account_of(case.whole_account)

    written = CODEC.write_object(case.record, account)

    shown = msgspec.json.decode(written, type=dict)
    assert as_listed(shown) == as_listed(case.in_ninja)
    assert CODEC.id_of(case.record, account) == shown["id"]
    assert CODEC.serial_of(shown["id"], account) == case.record.serial


def as_listed(shown: Tree) -> Any:
    """Return the object without the address of the cases' server, with amounts as floats."""
    text = WIRE_ENCODER.encode(shown).replace(b"http://ninja.test:8000", b"")
    return msgspec.json.decode(text)


@same_again
def test_an_object_makes_a_client_that_is_shown_the_same(store: Store, case: Case) -> None:
    account = account_of(case.whole_account)
    raw = CODEC.write_object(case.record, account)

    [made] = import_objects(store, case.whole_account, [CODEC.read_object(raw, account)])

    assert carried(CODEC.write_object(made, account)) == carried(raw)


def carried(raw: bytes) -> Tree:
    """Return the object without what it cannot transfer: the bytes of documents, and passwords."""
    shown: Tree = msgspec.json.decode(raw, type=dict)
    shown["documents"] = []
    for contact in shown["contacts"]:
        contact["password"] = ""
    return shown


@each_case
def test_an_object_that_is_shown_changes_nothing(case: Case) -> None:
    account, record = account_of(case.whole_account), case.record
    raw = CODEC.write_object(record, account)

    parsed = CODEC.read_object(raw, account)

    assert changed(record, parsed) is record
    assert differing_fields(CODEC, raw, record, account) == filled_in(record)


@pytest.mark.parametrize("name", FOLDED)
def test_a_persons_name_is_read_without_its_inner_blanks(name: str) -> None:
    record = CASES[name].record

    made = born(CODEC.read_object(CODEC.write_object(record, ACCOUNT), ACCOUNT).command)

    assert made.name == " ".join(record.name.split()) != record.name


@pytest.mark.parametrize("country_id", [276, ACCOUNT.country_id])
def test_a_client_without_a_country_stays_in_none(country_id: int) -> None:
    parsed = parsed_object(country_id="")

    made = born(parsed.command, account_of({"country_id": country_id}))

    assert made.country_id is None
    assert parsed.change_command(made).country_id is UNSET
    assert parsed.change_command(a_record(country_id=country_id)).country_id is None


@pytest.mark.parametrize("country_id", [276, ACCOUNT.country_id])
def test_no_country_differs_from_any(country_id: int) -> None:
    record = a_record(country_id=country_id)
    raw = CODEC.write_object(a_record(country_id=None), ACCOUNT)

    assert differing_fields(CODEC, raw, record, ACCOUNT) == {"country_id"}
    assert changed(record, CODEC.read_object(raw, ACCOUNT)).country_id is None


def test_an_object_of_an_older_version_is_a_client() -> None:
    parsed = CODEC.read_object(OLD, ACCOUNT)

    record = born(parsed.command)

    assert (parsed.foreign_id, record.serial) == ("OpnelpJeKB", 391)
    assert (parsed.label, parsed.updated_at) == ("0001 O'Reilly-Metz", MOMENT)
    assert record.organization_name == "O'Reilly-Metz"
    assert record.website == "http://www.okeefe.com/aut-nostrum-omnis-explicabo-nostrum.html"
    assert record.balance == Decimal("10735.05")
    assert (record.country_id, record.shipping_country_id) == (288, 4)
    assert (record.created_at, record.updated_at) == (MOMENT, MOMENT)
    assert (record.archived_at, record.last_login, record.extras) == (None, None, {})
    assert [(c.first_name, c.is_primary) for c in record.contacts] == [
        ("Jewell", True),
        ("Alaina", False),
    ]
    assert record.contacts[0].contact_key == "d78CHQD80ePJbEn7tYX1fsRn5hXr7XiWQqjJYT9Q"


def test_an_object_of_an_older_version_says_nothing_of_what_it_does_not_have() -> None:
    record = a_record(classification="trust", payment_balance=Decimal(5))
    record = structs.replace(record, extras={"ninja": '{"tax_info":{"a":1}}'})

    assert changed(record, CODEC.read_object(OLD, ACCOUNT)) is record
    assert differing_fields(CODEC, OLD, record, ACCOUNT) == set()


def test_masked_passwords_are_told_as_lost() -> None:
    assert CODEC.read_object(OLD, ACCOUNT).losses == (
        ("contacts[0].password", "**********"),
        ("contacts[1].password", "**********"),
    )


def test_a_password_in_clear_is_not_repeated() -> None:
    parsed = parsed_object(contacts=[{"password": "Secret123"}])

    assert parsed.losses == (("contacts[0].password", "**********"),)


def test_numbers_are_texts_and_texts_are_numbers() -> None:
    parsed = parsed_object(
        name=42,
        phone=5550100,
        number=7,
        country_id=276,
        size_id="3",
        balance="12.50",
        updated_at="1631673918",
        is_deleted="1",
        contacts=[{"email": 1, "is_primary": 1, "send_email": "0"}],
    )

    record = born(parsed.command)

    assert (record.name, record.phone, record.number) == ("42", "5550100", "7")
    assert (record.country_id, record.size_id) == (276, 3)
    assert (record.balance, record.is_deleted) == (Decimal("12.50"), True)
    assert parsed.updated_at == MOMENT
    assert (record.contacts[0].email, record.contacts[0].send_email) == ("1", False)
    assert parsed.losses == ()


def test_nulls_are_empty_and_lose_nothing() -> None:
    names = [name for name in msgspec.json.decode(OLD) if name != "id"]

    parsed = parsed_object(**dict.fromkeys(names))

    record = born(parsed.command)
    assert parsed.losses == ()
    assert (record.name, record.address1, record.balance) == ("", "", 0)
    assert len(record.contacts) == 1


def test_unknown_keys_are_told_when_they_say_something() -> None:
    parsed = parsed_object(
        name="Acme",
        locations=[{"name": "Yard"}],
        tags=[],
        is_new=False,
        contacts=[{"first_name": "Ada", "can_sign": True, "cc_only": False, "nick": " A\n B "}],
    )

    assert set(parsed.losses) == {
        ("contacts[0].can_sign", "true"),
        ("contacts[0].nick", "A B"),
        ("locations", '[{"name":"Yard"}]'),
    }
    assert parsed.command.organization_name == "Acme"
    assert parsed.command.contacts is not UNSET
    assert parsed.command.contacts[0].first_name == "Ada"


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("country_id", "DE", "DE"),
        ("industry_id", "4.5", "4.5"),
        ("is_tax_exempt", "perhaps", "perhaps"),
        ("archived_at", "yesterday", "yesterday"),
        ("created_at", -5, "-5"),
        ("balance", "1,234.50", "1,234.50"),
        ("balance", "NaN", "NaN"),
        ("balance", "1e30", "1E+30"),
        ("balance", "0.00000015", "0.00000015"),
        ("name", {"en": "Acme"}, '{"en":"Acme"}'),
        ("settings", "none", "none"),
        ("contacts", "Ada", "Ada"),
        ("group_settings", {"name": "Gold"}, '{"name":"Gold"}'),
    ],
)
def test_what_has_no_place_is_told_as_lost(field: str, value: Any, text: str) -> None:
    parsed = parsed_object(**{field: value})

    assert parsed.losses == ((field, text),)
    assert born(parsed.command).serial == 1


def test_documents_are_told_by_their_names() -> None:
    parsed = parsed_object(documents=[{"name": "contract.pdf"}, {"id": "x"}])

    assert parsed.losses == (("documents[0]", "contract.pdf"), ("documents[1]", ""))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "is no JSON object"),
        (b"[]", "is no JSON object"),
        (b"null", "is no JSON object"),
        (b'{"id":"VolejRejNm"', "is no JSON object"),
        (b'{"id":"VolejRejNm","name":"\xff"}', "is no JSON object"),
        (b'{"id":"VolejRejNm","settings":{"a":"\\ud800"}}', "is no JSON object"),
        (b'{"name":"Acme"}', "id: is missing"),
        (b'{"id":""}', "id: is missing"),
        (b'{"id":391}', "id: '391' was not written with this account's salt"),
        (b'{"id":"AAAAAAAAAA"}', "id: 'AAAAAAAAAA' was not written with this account's salt"),
        (
            b'{"id":"VolejRejNm","contacts":[{},{"id":"AAAAAAAAAA"}]}',
            "contacts.1.id: 'AAAAAAAAAA' was not written with this account's salt",
        ),
    ],
)
def test_what_is_no_client_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(Invalid) as failure:
        CODEC.read_object(raw, ACCOUNT)

    assert words in str(failure.value)


def test_an_object_of_another_salt_is_refused() -> None:
    with pytest.raises(Invalid, match="was not written with this account's salt"):
        CODEC.read_object(OLD, account_of({"hash_salt": "pepper"}))


def test_a_group_that_was_asked_for_comes_along() -> None:
    group = {
        "id": "Wpmbk5ezJn",
        "name": "Gold",
        "settings": {"currency_id": "3"},
        "created_at": 1631673918,
        "updated_at": 1631673919,
        "archived_at": 0,
        "is_deleted": False,
        "documents": [],
        "colour": "red",
    }

    parsed = parsed_object(group_settings_id="Wpmbk5ezJn", group_settings=group)

    assert parsed.command.group_serial == 2
    assert parsed.losses == (("group_settings.colour", "red"),)
    assert parsed.groups == (
        ImportGroup(
            serial=2,
            name="Gold",
            settings='{"currency_id":"3"}',
            created_at=datetime(2021, 9, 15, 2, 45, 18, tzinfo=UTC),
            updated_at=datetime(2021, 9, 15, 2, 45, 19, tzinfo=UTC),
        ),
    )
