"""Objects of Invoice Ninja applied to existing clients: which fields change and which differ."""

import json
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import msgspec
import pytest
from msgspec import UNSET, structs

from dialects.ninja.migration import object_fields
from dialects.ninja.migration.change_stamps import change_stamp_of_json
from dialects.ninja.migration.kept_texts import CLIENT_LENGTHS, CONTACT_LENGTHS
from dialects.ninja.migration.object_codec import CODEC
from dialects.ninja.migration.remote_api import REMOTE
from storage.model.records import Client
from tests.dialects.ninja.migration.foreign_objects import OLD, a_record, an_object, parsed_object
from tests.support.golden_cases import Tree
from tests.support.in_memory_import import ACCOUNT, born, changed
from tests.support.view_differences import differing_fields, differing_groups


def test_settings_are_kept_as_they_were_written_but_for_white_space() -> None:
    settings = b'{"b":"2", "a":1.50,\n "url":"http:\\/\\/x"}'
    raw = b'{"id":"VolejRejNm","settings":%s}' % settings

    record = born(CODEC.read_object(raw, ACCOUNT).command)

    assert record.settings == '{"b":"2","a":1.50,"url":"http:\\/\\/x"}'


def test_an_empty_list_is_phps_empty_object() -> None:
    assert born(parsed_object(settings=[]).command).settings == "{}"
    assert parsed_object(tax_info=[], gateway_tokens=[]).command.extras is UNSET


def test_nothing_is_refused_for_its_length_or_form() -> None:
    parsed = parsed_object(
        name="x" * 6000,
        classification="llc",
        country_id="999",
        vat_number="v" * 300,
        contacts=[{"email": "ask at the desk"}, {"email": "ask at the desk"}, {"email": " "}],
    )

    record = born(parsed.command)

    assert (len(record.name), record.classification, record.country_id) == (6000, "llc", 999)
    assert [c.email for c in record.contacts] == ["ask at the desk", "ask at the desk", ""]


@pytest.mark.parametrize("field", ["settings", "tax_info"])
def test_what_could_not_be_read_again_is_told_as_lost(field: str) -> None:
    raw = b'{"id":"VolejRejNm","%s":{"a":1e999}}' % field.encode()

    parsed = CODEC.read_object(raw, ACCOUNT)

    assert parsed.losses == ((field, '{"a":1e999}'),)
    assert (parsed.command.settings, parsed.command.extras) == (UNSET, UNSET)


def test_what_only_ninja_knows_comes_along_and_changes_key_by_key() -> None:
    parsed = parsed_object(tax_info={"a": 1}, gateway_tokens=[{"token": "t"}])
    record = structs.replace(
        born(parsed.command), extras=born(parsed.command).extras | {"other": "x"}
    )

    after = changed(record, parsed_object(tax_info={}))

    assert an_object(record)["tax_info"] == {"a": 1}
    assert an_object(after)["tax_info"] == {}
    assert an_object(after)["gateway_tokens"] == [{"token": "t"}]
    assert after.extras["other"] == "x"
    assert changed(after, parsed_object(gateway_tokens=[])).extras == {"other": "x"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Acme & Sons"),
        ("balance", 12.5),
        ("is_deleted", True),
        ("archived_at", 1631673999),
        ("last_login", 1631673999),
        ("is_tax_exempt", True),
        ("client_hash", "another"),
        ("shipping_city", "Girona"),
        ("settings", {"currency_id": "3"}),
        ("e_invoice", {"id": "0088"}),
        ("classification", "trust"),
        ("assigned_user_id", "VolejRejNm"),
        ("number", "0002"),
    ],
)
def test_one_field_that_differs_changes_that_field_alone(field: str, value: Any) -> None:
    record = a_record()
    shown = an_object(record)

    after = changed(record, parsed_object(**shown | {field: value}))

    derived = {"display_name"} if field == "name" else set()
    now = an_object(after)
    assert now[field] == value
    assert {k for k in shown if shown[k] != now[k]} == {field, "updated_at"} | derived


def test_a_contact_changes_in_place_and_keeps_what_no_object_shows() -> None:
    record = with_password(a_record())
    shown = an_object(record)
    shown["contacts"][1] |= {"email": "new@example.com", "updated_at": 1631673999}

    after = changed(record, parsed_object(**shown))

    assert after.contacts[0] == record.contacts[0]
    assert after.contacts[1].email == "new@example.com"
    assert after.contacts[1].email_rank == record.contacts[1].email_rank
    assert after.contacts[1].password_hash == "hash"
    assert after.contacts[1].updated_at.timestamp() == 1631673999


def with_password(record: Client) -> Client:
    first, second = record.contacts
    return structs.replace(record, contacts=(first, structs.replace(second, password_hash="hash")))


def test_a_contacts_time_alone_is_no_change() -> None:
    record = a_record()
    shown = an_object(record)
    shown["contacts"][0]["updated_at"] += 1

    assert changed(record, parsed_object(**shown)) is record


def test_a_missing_contact_goes_and_a_new_one_brings_its_id() -> None:
    record = a_record()
    shown = an_object(record)
    shown["contacts"][1] = {"id": "VolejRejNm", "first_name": "Grace", "contact_key": "k"}

    after = changed(record, parsed_object(**shown))

    assert [(c.serial, c.first_name) for c in after.contacts] == [
        (record.contacts[0].serial, "Jewell"),
        (1, "Grace"),
    ]


def test_a_contact_whose_id_was_taken_here_is_known_by_its_key() -> None:
    record = a_record()
    serials = [c.serial for c in record.contacts]
    people = tuple(
        structs.replace(c, serial=s) for c, s in zip(record.contacts, (serials[1], 9), strict=True)
    )
    moved = structs.replace(record, contacts=people)

    assert changed(moved, CODEC.read_object(OLD, ACCOUNT)) is moved


def test_contacts_without_ids_are_known_by_what_is_told_of_them() -> None:
    parsed = parsed_object(
        contacts=[{"first_name": "Ada"}, {"email": "g@example.com", "is_primary": True}]
    )
    record = born(parsed.command)

    assert changed(record, parsed) is record
    assert [c.first_name for c in record.contacts] == ["", "Ada"]


@pytest.mark.parametrize("flags", [(True, True), (True, False)])
def test_the_first_flagged_contact_is_the_primary_one(flags: tuple[bool, bool]) -> None:
    told = [{"first_name": "Ada", "contact_key": "a"}, {"first_name": "Grace", "contact_key": "b"}]
    people = [one | {"is_primary": flag} for one, flag in zip(told, flags, strict=True)]
    raw = msgspec.json.encode({"id": "VolejRejNm", "contacts": people})

    record = born(CODEC.read_object(raw, ACCOUNT).command)

    assert [c.is_primary for c in record.contacts] == [True, False]
    assert differing_fields(CODEC, raw, record, ACCOUNT) == set()


PEOPLE = [
    {"first_name": "Ada", "email": "ada@example.com", "is_primary": True},
    {"first_name": "Bo", "email": "bo@example.com", "phone": "1"},
    {"first_name": "Cy", "email": "cy@example.com", "send_email": False},
    {"last_name": "Di"},
    {"phone": "5"},
]


def client_of(people: Sequence[Tree]) -> Client:
    contacts = [one | {"contact_key": f"key {n}"} for n, one in enumerate(people)]
    return born(parsed_object(name="Acme", settings={}, contacts=contacts).command)


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_contacts_of_equal_rank_have_no_order(is_elsewhere: bool) -> None:
    record = client_of(PEOPLE)
    shown = an_object(record)
    for order in permutations(shown["contacts"][1:]):
        turned = [shown["contacts"][0], *order]
        if is_elsewhere:
            given = {"id": "VolejRejNm", "contact_key": ""}
            turned = [one | given | {"contact_key": f"k {n}"} for n, one in enumerate(turned)]
        raw = msgspec.json.encode(shown | {"contacts": turned})

        assert differing_fields(CODEC, raw, record, ACCOUNT) == set()
        assert is_elsewhere or changed(record, CODEC.read_object(raw, ACCOUNT)) is record


def test_a_contact_that_differs_is_compared_with_its_counterpart() -> None:
    record = client_of(PEOPLE)
    shown = an_object(record)
    shown["contacts"] = [shown["contacts"][n] for n in (0, 3, 4, 2, 1)]
    by_name = {one["first_name"]: one for one in shown["contacts"]}
    by_name["Bo"]["phone"] = "2"
    by_name["Cy"]["email"] = "new@example.com"

    groups = differing_groups(CODEC, msgspec.json.encode(shown), record, ACCOUNT)

    assert {key: different_keys(*values) for key, values in groups.items()} == {
        "contacts.key 1": {"phone"},
        "contacts.key 2": {"email"},
    }


def different_keys(here: Tree, there: Tree) -> set[str]:
    return {key for key in here | there if here.get(key) != there.get(key)}


def test_no_contacts_are_a_difference_from_some_and_none_from_a_blank_one() -> None:
    none = msgspec.json.encode({"id": "VolejRejNm", "contacts": []})

    groups = differing_groups(CODEC, none, client_of(PEOPLE[:2]), ACCOUNT)

    assert groups.keys() == {"contacts.key 0", "contacts.key 1", "primary_contact"}
    assert differing_fields(CODEC, none, client_of(PEOPLE[:2]), ACCOUNT) == {"contacts"}
    assert differing_fields(CODEC, none, client_of([{}]), ACCOUNT) == set()


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
@pytest.mark.parametrize("primary", ["Ada", "Bo"])
def test_of_several_primary_contacts_ours_stays_it(primary: str, order: tuple[int, ...]) -> None:
    people = [one | {"is_primary": one["first_name"] == primary} for one in PEOPLE[:3]]
    record = client_of(people)
    shown = an_object(record)
    merged = [one | {"is_primary": one["first_name"] != "Cy"} for one in shown["contacts"]]
    shown["contacts"] = [merged[n] for n in order]
    raw = msgspec.json.encode(shown)

    assert changed(record, CODEC.read_object(raw, ACCOUNT)) is record
    assert differing_fields(CODEC, raw, record, ACCOUNT) == set()


def test_a_blank_contact_that_gets_no_email_differs_from_one_that_does() -> None:
    record = client_of([{}])
    raw = CODEC.write_object(client_of([{"send_email": False}]), ACCOUNT)

    assert differing_fields(CODEC, raw, record, ACCOUNT) == {"contacts"}


def test_what_an_older_server_does_not_show_of_a_contact_is_no_difference() -> None:
    record = client_of([PEOPLE[1] | {"custom_value4": "4"}])
    shown = an_object(record)
    del shown["contacts"][0]["custom_value4"]
    raw = msgspec.json.encode(shown)

    assert differing_fields(CODEC, raw, record, ACCOUNT) == set()
    assert changed(record, CODEC.read_object(raw, ACCOUNT)) is record


def test_a_blank_for_no_email_is_no_email() -> None:
    record = client_of([{}])
    shown = an_object(record)
    shown["contacts"][0]["email"] = " "
    raw = msgspec.json.encode(shown | {"display_name": " "})

    assert changed(record, CODEC.read_object(raw, ACCOUNT)) is record
    assert differing_fields(CODEC, raw, record, ACCOUNT) == set()


def test_an_empty_list_of_contacts_leaves_one_that_is_blank() -> None:
    once = changed(a_record(), parsed_object(contacts=[]))

    assert [c.name for c in once.contacts] == [""]
    assert changed(once, parsed_object(contacts=[])) is once


def stamps_of(*objects: dict[str, Any]) -> list[str]:
    return [CODEC.read_object(msgspec.json.encode(one), ACCOUNT).stamp for one in objects]


def test_a_stamp_changes_with_what_the_object_says() -> None:
    shown = an_object(a_record())

    stamps = stamps_of(shown, shown | {"balance": 1}, shown | {"name": "B"})

    assert len(set(stamps)) == 3


def test_a_stamp_does_not_change_where_an_object_was_saved_as_it_was() -> None:
    """The original moves the times and writes null for an empty setting."""
    shown = an_object(a_record())
    contacts = [contact | {"updated_at": 5} for contact in shown["contacts"]]
    saved = {"updated_at": 5, "contacts": contacts, "settings": {"industry_id": None}}

    before, after = stamps_of(shown | {"settings": {"industry_id": ""}}, shown | saved)

    assert before == after


def test_a_stamp_does_not_change_with_the_address_of_the_server() -> None:
    shown = an_object(a_record())
    elsewhere = [contact | {"link": "http://other"} for contact in shown["contacts"]]
    moved = shown | {"contacts": elsewhere, "documents": [{"url": "http://other"}]}

    raw = msgspec.json.encode(shown)

    assert (
        CODEC.read_object(raw, ACCOUNT).stamp
        == change_stamp_of_json(msgspec.json.encode(moved))
        == change_stamp_of_json(raw)
    )


def test_a_stamp_does_not_change_with_the_print_or_the_order_of_contacts() -> None:
    record = structs.replace(client_of(PEOPLE), settings='{"currency_id":"3","name":"Ä/"}')
    shown = an_object(record) | {"tax_info": {"a": [1]}}
    turned = shown | {"contacts": [shown["contacts"][n] for n in (0, 4, 2, 3, 1)]}

    texts = [msgspec.json.encode(shown), *(json.dumps(turned, indent=n).encode() for n in (4, 8))]
    texts.append(texts[-1].replace(b"/", b"\\/"))

    assert len({CODEC.read_object(text, ACCOUNT).stamp for text in texts}) == 1


def test_each_text_has_the_length_of_its_column_there() -> None:
    client = texts_of(object_fields.CLIENT_FIELD_KINDS | object_fields.SHIPPING_KINDS)
    contact = texts_of(object_fields.CONTACT_FIELD_KINDS)

    assert set(CLIENT_LENGTHS) == client - {"client_hash"} | {"name"}
    assert set(CONTACT_LENGTHS) == contact - {"contact_key"}


def texts_of(kinds: dict[str, object_fields.FieldKind]) -> set[str]:
    text_kinds = (object_fields.TEXT_KIND, object_fields.EMAIL_KIND)
    return {name for name, kind in kinds.items() if kind in text_kinds}


KEPT = [
    ("name", "n" * 192, "n" * 191),
    ("name", "a" * 190 + " bc", "a" * 190),
    ("name", "I <3 you", "I "),
    ("name", "Tom <b>& Co</b>", "Tom & Co"),
    ("website", "w" * 256, "w" * 191),
    ("phone", "5" * 256, "5" * 255),
    ("vat_number", "0", ""),
    ("shipping_city", "c" * 300, "c" * 191),
    ("public_notes", "a</script>", "a<-ript>"),
    ("private_notes", "é" * 40_000, "é" * 32_767),
    ("custom_value1", "c" * 70_000, "c" * 65_535),
]
"""Texts of ours, with what the original shows of them."""


@pytest.mark.parametrize(("field", "text", "kept"), KEPT)
def test_what_the_original_keeps_of_our_text_is_no_edit_and_is_named(
    field: str, text: str, kept: str
) -> None:
    record = changed(a_record(), parsed_object(**{field: text}))
    raw = msgspec.json.encode(an_object(record) | {field: kept})

    assert differing_fields(CODEC, raw, record, ACCOUNT) == set()
    assert CODEC.shortened_fields(raw, record, ACCOUNT) == (field,)
    assert changed(record, CODEC.read_object(raw, ACCOUNT)) is record
    assert [loss.field for loss in REMOTE.unsendable_fields(record)].count(field) == 1


@pytest.mark.parametrize(("field", "text", "kept"), KEPT)
def test_any_other_text_is_an_edit(field: str, text: str, kept: str) -> None:
    record = changed(a_record(), parsed_object(**{field: text}))
    raw = msgspec.json.encode(an_object(record) | {field: f"{kept[:-1]}x"})

    assert differing_fields(CODEC, raw, record, ACCOUNT) == {field}
    assert CODEC.shortened_fields(raw, record, ACCOUNT) == ()
    assert an_object(changed(record, CODEC.read_object(raw, ACCOUNT)))[field] == f"{kept[:-1]}x"


@pytest.mark.parametrize(("field", "text", "kept"), KEPT)
@pytest.mark.parametrize("end", ["", "x"])
def test_a_text_that_the_original_would_not_keep_is_seen_whole_at_another_server(
    field: str, text: str, kept: str, end: str
) -> None:
    record = changed(a_record(), parsed_object(**{field: f"{text}{end}"}))
    raw = msgspec.json.encode(an_object(record) | {field: text})

    assert differing_fields(CODEC, raw, record, ACCOUNT) == ({field} if end else set())
    assert CODEC.shortened_fields(raw, record, ACCOUNT) == ()


def test_what_the_original_keeps_of_a_contacts_texts_is_no_edit() -> None:
    record = client_of([{"first_name": "f" * 200, "email": f"{'e' * 99}@x.org", "phone": "0"}])
    shown = an_object(record)
    shown["contacts"][0] |= {"first_name": "f" * 191, "email": f"{'e' * 99}@", "phone": ""}
    raw = msgspec.json.encode(shown)

    fields = ("contacts[0].first_name", "contacts[0].phone", "contacts[0].email")
    assert differing_fields(CODEC, raw, record, ACCOUNT) == set()
    assert CODEC.shortened_fields(raw, record, ACCOUNT) == fields
    assert changed(record, CODEC.read_object(raw, ACCOUNT)) is record


def test_differences_are_named_by_their_fields() -> None:
    record = a_record()
    shown = an_object(record)
    shown |= {"name": "Other", "number": "9", "balance": 1, "archived_at": 5, "tax_info": {"a": 1}}
    shown["settings"] |= {"language_id": "5"}
    shown["contacts"][1]["email"] = "x@example.com"
    shown["contacts"].append({"first_name": "Grace"})

    raw = msgspec.json.encode(shown)
    groups = differing_groups(CODEC, raw, record, ACCOUNT)

    assert differing_fields(CODEC, raw, record, ACCOUNT) == {
        "name",
        "number",
        "balance",
        "archived_at",
        "tax_info",
        "settings.language_id",
        "contacts",
    }
    assert {group for group in groups if group.startswith("contacts.")} == {
        f"contacts.{record.contacts[1].contact_key}",
        "contacts.#2",
    }


def test_what_a_server_gives_by_itself_is_no_difference() -> None:
    record = a_record()
    shown = an_object(record) | {
        "id": "VolejRejNm",
        "user_id": "VolejRejNm",
        "client_hash": "h",
        "display_name": "d",
        "created_at": 1,
        "updated_at": 1,
        "last_login": 1,
        "documents": [{"name": "a"}],
        "name": f" {record.name} ",
    }
    shown["contacts"][0] |= {"id": "VolejRejNm", "contact_key": "k", "is_locked": True}
    shown["contacts"].reverse()

    assert differing_fields(CODEC, msgspec.json.encode(shown), record, ACCOUNT) == set()
