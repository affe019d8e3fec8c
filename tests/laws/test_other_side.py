"""Other side: an edit through one dialect keeps all values that only the other dialect shows."""

from typing import Any

from hypothesis import given, strategies as st

from storage.model.commands import ImportClient
from storage.model.names import collapse_spaces
from storage.model.records import Client, Contact
from storage.store import Store
from tests.laws.dialect_lenses import NinjaTongue, PlanadoTongue
from tests.laws.generated_clients import born, imports, ninja_edits, ninja_text, planado_edits

Tree = dict[str, Any]

BOOKKEEPING = {"version", "updated_at"}
NAMES = {"classification", "organization_name", "first_name", "last_name", "middle_name"}
SHIPPING = {f for f in Client.__struct_fields__ if f.startswith("shipping_")} | {"service_text"}
PLACE = {"longitude", "latitude"}
DETAILS = {"entrance_no", "floor", "apartment", "description"}
ONLY_NINJA_SHOWS = [
    "custom_value1",
    "custom_value2",
    "custom_value3",
    "custom_value4",
    "contact_key",
    "send_email",
    "is_locked",
    "is_primary",
    "password_hash",
    "last_login",
    "created_at",
]


def touched_by_ninja(edit: Tree) -> set[str]:
    fields = set(edit) | BOOKKEEPING
    if fields & {"name", "classification"}:
        fields |= NAMES
    if any(key.startswith("shipping_") for key in edit):
        fields |= SHIPPING | PLACE
    return fields | {"phone_rank"} if "phone" in edit else fields


def touched_by_planado(edit: Tree) -> set[str]:
    fields = set(edit) | BOOKKEEPING
    if fields & NAMES:
        fields |= NAMES
    if "site_address" in edit:
        fields |= SHIPPING | PLACE | DETAILS
    return fields | {"phone", "phone_rank"} if "contacts" in edit else fields


def untouched(record: Client, touched: set[str]) -> Tree:
    return {f: getattr(record, f) for f in record.__struct_fields__ if f not in touched}


@given(command=imports(), edit=ninja_edits)
def test_an_edit_through_ninja_leaves_every_field_it_does_not_name(
    shelf: Store, command: ImportClient, edit: Tree
) -> None:
    account, before = born(shelf, command)

    after = NinjaTongue(shelf, account).write(before, edit)

    touched = touched_by_ninja(edit)
    assert untouched(after, touched) == untouched(before, touched)


@given(command=imports(), value=ninja_text)
def test_an_edit_of_contacts_through_ninja_leaves_planados_list_in_order(
    shelf: Store, command: ImportClient, value: str | None
) -> None:
    account, before = born(shelf, command)
    ninja, planado = NinjaTongue(shelf, account), PlanadoTongue(shelf, account)
    contacts = [c | {"custom_value3": value} for c in ninja.show(before)["contacts"]]

    after = ninja.write(before, {"contacts": contacts})

    assert planado.show(after)["contacts"] == planado.show(before)["contacts"]


@given(command=imports(), data=st.data())
def test_an_edit_through_planado_leaves_every_field_it_does_not_name(
    shelf: Store, command: ImportClient, data: st.DataObject
) -> None:
    account, before = born(shelf, command)
    edit = data.draw(planado_edits(before))

    after = PlanadoTongue(shelf, account).write(before, edit)

    touched = touched_by_planado(edit)
    assert untouched(after, touched) == untouched(before, touched)


@given(command=imports(), data=st.data())
def test_a_list_through_planado_leaves_what_only_ninja_shows_of_people(
    shelf: Store, command: ImportClient, data: st.DataObject
) -> None:
    account, before = born(shelf, command)
    edit = data.draw(planado_edits(before))

    after = PlanadoTongue(shelf, account).write(before, edit)

    kept = {contact.serial: contact for contact in after.contacts}
    for contact in before.contacts:
        if contact.serial in kept:
            assert private(kept[contact.serial]) == private(contact)
        else:
            assert is_visible(contact)
            assert not contact.is_primary


@given(command=imports(), data=st.data())
def test_a_list_through_planado_leaves_people_it_never_showed(
    shelf: Store, command: ImportClient, data: st.DataObject
) -> None:
    account, before = born(shelf, command)
    edit = data.draw(planado_edits(before))
    named = {collapse_spaces(c["name"] or "") for c in edit.get("contacts", [])}

    after = PlanadoTongue(shelf, account).write(before, edit)

    strangers = [
        c
        for c in before.contacts
        if not is_visible(c) and c.name and collapse_spaces(c.name) not in named
    ]
    assert all(c in after.contacts for c in strangers)


def private(contact: Contact) -> Tree:
    return {field: getattr(contact, field) for field in ONLY_NINJA_SHOWS}


def is_visible(contact: Contact) -> bool:
    return bool(contact.email or contact.phone)
