"""Objects that are read together as columns equal objects that are read one by one."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, strategies as st

from dialects.base.migration.object_codec import ParsedColumns
from dialects.ninja.migration.object_codec import CODEC
from storage.imports.prepared.columns import PreparedColumns
from storage.imports.prepared.prepare_columns import prepare_columns
from storage.imports.prepared.rows import prepare_rows
from storage.model.generators import Generators
from storage.model.imports import identifiers_of
from tests.laws.test_round_trip import records
from tests.support.in_memory_import import ACCOUNT

Tree = dict[str, Any]
SAME = Generators(
    clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    new_uuid=lambda: UUID(int=7),
    random_text=lambda length: "x" * length,
)
LONG = (b"1.00000000000000000000000000000000001", b"1e999999", b"9223372036854.775808")
ODD = [
    *(None, "", " ", "\t\n", "x", "7", "0", "individual", "company", "\0", "Ä\nß", "a@b"),
    *(0, 1, -1, 7, 2**31, 2**62 + 1, 253_402_300_799, 253_402_300_800, 1.5, 1e300, 10**30),
    *(1.0000001, 9_223_372_036_854.775807, 9_223_372_036_854.775808, True, False),
    *map(msgspec.Raw, LONG),
    *("30", " 30 ", "on", "off", "10.50"),
    *([], {}, ["x"], {"x": 1}, [{}], [{"id": "", "name": "x.pdf"}]),
]
"""Values that some server may put anywhere."""
KEYS = st.integers(0, 80)
CHANGES = st.one_of(st.just([]), st.lists(st.tuples(KEYS, st.sampled_from(ODD)), max_size=2))


AMOUNTS = st.dictionaries(
    st.sampled_from(["balance", "credit_balance"]),
    st.sampled_from([0, -1.5, 1.000001, 1.0000001, *map(msgspec.Raw, LONG)]),
    max_size=1,
)
SETTING_KEYS = [
    *("currency_id", "payment_terms", "military_time", "counter_padding", "default_task_rate"),
    *("name", "pdf_variables", "entity", "x"),
]
SETTING_VALUES = [value for value in ODD if value != "\0"]
"""Rows of a client whose settings have the escape of NUL are not prepared alone."""
SETTINGS = st.dictionaries(
    st.sampled_from(SETTING_KEYS), st.sampled_from(SETTING_VALUES), max_size=3
)


@st.composite
def objects(draw: st.DrawFn) -> bytes:
    tree: Tree = msgspec.json.decode(CODEC.write_object(draw(records), ACCOUNT))
    if draw(st.integers(0, 3)):
        clear(tree)
    if draw(st.booleans()):
        tree["contacts"] = draw(st.permutations(tree["contacts"]))
        for contact in tree["contacts"]:
            contact["is_primary"] = draw(st.booleans())
    tree |= draw(AMOUNTS)
    places = [tree, *tree["contacts"]]
    for key, value in draw(CHANGES):
        place = draw(st.sampled_from(places))
        names = [*place, "unknown"]
        place[names[key % len(names)]] = value
    if draw(st.booleans()):
        tree["settings"] = draw(SETTINGS)
    if draw(st.integers(0, 9)) == 0:
        tree.pop(draw(st.sampled_from(sorted(tree.keys() - {"contacts"}))))
    raw = msgspec.json.encode(tree)
    return msgspec.json.format(raw, indent=4) if draw(st.booleans()) else raw


def clear(tree: Tree) -> None:
    """Change the object to a common new client: with a name, and without rare fields."""
    tree |= {"name": tree["name"].strip() or "Acme", "documents": []}
    tree |= {"tax_info": {}, "e_invoice": {}, "gateway_tokens": []}
    for contact in tree["contacts"]:
        contact["password"] = ""


def alone(raw: bytes) -> tuple[Any, ...]:
    parsed = CODEC.read_object(raw, ACCOUNT)
    prepared = prepare_rows(parsed.command, ACCOUNT, SAME)
    assert prepared is not None
    assert not parsed.losses
    assert not parsed.groups
    whole = (prepared.version, prepared.is_archived, prepared.is_deleted, prepared.decode_rows)
    return (
        parsed.foreign_id,
        parsed.stamp,
        parsed.label,
        identifiers_of(parsed.command),
        whole,
        parsed.updated_at,
    )


def together(found: ParsedColumns, prepared: PreparedColumns) -> list[tuple[Any, ...]]:
    whole = [
        (one.version, one.is_archived, one.is_deleted, one.decode_rows)
        for one in prepared.prepared_rows(ACCOUNT.id)
    ]
    times = [
        datetime.fromtimestamp(moment // 1_000_000, UTC)
        for moment in found.clients.clients["updated_at"]
    ]
    told = (found.foreign_ids, found.stamps, found.labels, prepared.identifiers(), whole, times)
    return list(zip(*told, strict=True))


@given(raws=st.lists(objects(), min_size=1, max_size=6))
def test_objects_read_together_are_what_they_are_alone(raws: list[bytes]) -> None:
    found = CODEC.read_columns(raws, ACCOUNT)
    prepared = prepare_columns(found.clients, ACCOUNT, SAME) if found else None
    if not found or prepared is None:
        return

    assert together(found, prepared) == [alone(raws[place]) for place in found.positions]


@given(record=records)
def test_what_a_server_shows_of_a_usual_client_is_read_together(record: Any) -> None:
    tree: Tree = msgspec.json.decode(CODEC.write_object(record, ACCOUNT))
    clear(tree)
    usual = msgspec.json.encode(tree)

    found = CODEC.read_columns([usual, b"{}", usual], ACCOUNT)

    assert found is not None
    assert found.positions == [0, 2]


@pytest.mark.parametrize("number", [1, 500])
def test_nobody_is_no_crowd(number: int) -> None:
    assert CODEC.read_columns([b'{"id":1}'] * number, ACCOUNT) is None
