"""Round trip: an object of either API is shown unchanged after it was read into an empty account.

An object that is applied to another client makes that client the same, if the original keeps all
texts of that client.
"""

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, strategies as st
from msgspec import structs

from dialects.base.migration.field_groups import decode_members
from dialects.base.migration.object_codec import ObjectCodec
from dialects.ninja.migration.kept_texts import shortened_texts
from dialects.ninja.migration.object_codec import CODEC as NINJA
from dialects.ninja.protocol.scalars import trim
from dialects.planado.migration.object_codec import CODEC as PLANADO
from storage.model.commands import ImportClient
from storage.model.names import collapse_spaces
from storage.model.records import Client
from tests.laws.generated_clients import imports
from tests.support.in_memory_import import ACCOUNT, born, changed
from tests.support.view_differences import differing_fields, filled_in

Tree = dict[str, Any]
DUMPS = [NINJA, PLANADO]
each_dump = pytest.mark.parametrize("codec", DUMPS, ids=["ninja", "planado"])
OWN = {
    "id",
    "uuid",
    "user_id",
    "client_hash",
    "display_name",
    "version",
    "created_at",
    "updated_at",
    "last_login",
    "archived_at",
    "assigned_user_id",
    "group_settings_id",
}
"""What a server gives by itself, and what is derived of the rest."""
OWN_OF_CONTACT = OWN | {"contact_key", "link"}


def later(command: ImportClient, serial: int) -> Client:
    """Create the client a second later: Ninja reads the first second of 1970 as no time."""
    times = {
        name: moment + timedelta(seconds=1)
        for name in ("created_at", "updated_at", "archived_at")
        if isinstance(moment := getattr(command, name), datetime)
    }
    return born(structs.replace(command, serial=serial, **times))


records = st.builds(later, imports(), st.integers(1, 2**40))


@each_dump
@given(before=records)
def test_what_is_shown_makes_a_client_that_is_shown_alike(
    codec: ObjectCodec, before: Client
) -> None:
    raw = codec.write_object(before, ACCOUNT)

    after = born(codec.read_object(raw, ACCOUNT).command)

    assert normal(codec.write_object(after, ACCOUNT), before) == normal(raw, before)


@each_dump
@given(before=records)
def test_what_is_shown_changes_nothing(codec: ObjectCodec, before: Client) -> None:
    parsed = codec.read_object(codec.write_object(before, ACCOUNT), ACCOUNT)

    assert changed(before, parsed) is before
    assert parsed.losses == ()


@each_dump
@given(before=records)
def test_what_is_shown_differs_in_nothing(codec: ObjectCodec, before: Client) -> None:
    raw = codec.write_object(before, ACCOUNT)

    filled = filled_in(before) if codec is NINJA else set()
    assert differing_fields(codec, raw, before, ACCOUNT) == filled


@each_dump
@given(before=records, other=records)
def test_what_another_client_shows_is_shown_after_the_change(
    codec: ObjectCodec, before: Client, other: Client
) -> None:
    raw = codec.write_object(other, ACCOUNT)
    assume(not shortened_texts(before))

    after = changed(before, codec.read_object(raw, ACCOUNT))

    now = codec.write_object(after, ACCOUNT)
    filled = filled_in(after) if codec is NINJA else set()
    assert without_server_fields(now, other, filled) == without_server_fields(raw, other, filled)
    assert differing_fields(codec, raw, after, ACCOUNT) <= filled


@each_dump
@given(before=records, other=records)
def test_a_change_has_no_second_one(codec: ObjectCodec, before: Client, other: Client) -> None:
    parsed = codec.read_object(codec.write_object(other, ACCOUNT), ACCOUNT)

    after = changed(before, parsed)

    assert changed(after, parsed) is after


@each_dump
@given(before=records, other=records)
def test_differences_name_what_a_change_would_change(
    codec: ObjectCodec, before: Client, other: Client
) -> None:
    raw = codec.write_object(other, ACCOUNT)
    assume(not shortened_texts(before))
    told = structs.replace(other, archived_at=None)

    named = differing_fields(codec, codec.write_object(told, ACCOUNT), before, ACCOUNT)

    own = msgspec.json.encode(codec.groups.own_object(before, ACCOUNT))
    shown, here = without_server_fields(raw, other), without_server_fields(own, before)
    different = {key for key in {**shown, **here} if shown.get(key) != here.get(key)}
    assert {key_of(name, codec) for name in named} - {"archived_at"} == different


@each_dump
@given(before=records, other=records)
def test_the_groups_that_differ_carry_all_that_differs(
    codec: ObjectCodec, before: Client, other: Client
) -> None:
    groups, theirs = codec.groups, decode_members(codec.write_object(other, ACCOUNT))
    ours = groups.aligned(groups.own_object(before, ACCOUNT), theirs)
    here, there = (groups.view_of(msgspec.json.encode(each)) for each in (ours, theirs))
    different = {group for group in {**here, **there} if here.get(group) != there.get(group)}

    merged = groups.aligned(groups.with_groups(ours, theirs, different), theirs)

    assert groups.view_of(msgspec.json.encode(merged)) == there


def key_of(name: str, codec: ObjectCodec) -> str:
    """Return the key of an object to which a field belongs. In Planado a phone is a contact."""
    return "contacts" if name == "phone" and codec is PLANADO else name.split(".")[0]


def normal(raw: bytes, record: Client) -> Tree:
    """Return the object with runs of blanks in a person's name collapsed. Ninja keeps names in
    parts."""
    shown: Tree = msgspec.json.decode(raw)
    if record.is_individual and "display_name" in shown:
        shown["name"] = collapse_spaces(shown["name"])
        shown["display_name"] = collapse_spaces(shown["display_name"])
    return shown


def without_server_fields(raw: bytes, record: Client, filled: Set[str] = frozenset()) -> Tree:
    """Return the object without a server's own fields. For Ninja, texts are trimmed too.

    Of Ninja's settings only those that say something are left, without the ones that are `filled`.
    """
    shown = normal(raw, record)
    is_ninja = "settings" in shown
    told = {key: value for key, value in shown.items() if key not in OWN}
    told["contacts"] = [
        {key: value for key, value in contact.items() if key not in OWN_OF_CONTACT}
        for contact in shown["contacts"]
    ]
    if is_ninja:
        return trimmed_tree(told | {"settings": filled_settings(shown["settings"], filled)})
    del told["name"]
    told.pop("is_deleted", None)  # a mark that only we make
    return told


def filled_settings(shown: Tree, filled: Set[str]) -> Tree:
    """Return the settings that say something, without those that our answers fill in."""
    return {
        key: value
        for key, value in shown.items()
        if key != "entity" and value not in ("", None) and f"settings.{key}" not in filled
    }


def trimmed_tree(value: Any) -> Any:
    match value:
        case str():
            return trim(value)
        case dict():
            return {key: trimmed_tree(child) for key, child in value.items()}
        case list():
            return [trimmed_tree(child) for child in value]
        case _:
            return value
