"""Derived columns of a row match its record after every kind of write."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from sqlalchemy import select

from storage.clients.persistence import UNDERIVED
from storage.model.accounts import Account
from storage.model.commands import (
    ChangeClient,
    ContactDraft,
    CreateClient,
    ImportClient,
    LiveKey,
    draft_of_contact,
)
from storage.model.queries import ClientQuery
from storage.model.records import Client, State
from storage.schema.row_mapping import changed_columns, client_to_row
from storage.schema.tables import CLIENT
from storage.store import Store

ADA = ContactDraft(first_name="Áda", email="ADA@x", is_primary=True)
BOB = ContactDraft(last_name="Böb", email="bob@x")


def create_ada_and_bob(store: Store, account_id: int, **fields: Any) -> Client:
    return store.create_client(account_id, CreateClient(contacts=(ADA, BOB), **fields))


def created(store: Store, account_id: int) -> None:
    create_ada_and_bob(store, account_id, vat_number="Ä", custom_value2="É", middle_name="Ö")


def changed(**fields: Any) -> Callable[[Store, int], None]:
    def write(store: Store, account_id: int) -> None:
        serial = create_ada_and_bob(store, account_id, custom_value1="Ä").serial
        store.change_client(account_id, serial, lambda _: ChangeClient(**fields))

    return write


def changed_at_once(store: Store, account_id: int) -> None:
    serials = [create_ada_and_bob(store, account_id).serial for _ in range(2)]
    store.change_clients(account_id, serials, lambda _: ChangeClient(contacts=(BOB,)))


def import_two_clients(store: Store, account_id: int) -> None:
    command = ImportClient(first_name="Ö", classification="individual", vat_number="Ü")
    store.create_clients(account_id, [command, ImportClient(contacts=(BOB, ADA))])


def turned_around(store: Store, account_id: int) -> None:
    """Make the other contact the primary one, without any other change."""
    before = create_ada_and_bob(store, account_id)
    ada, bob = map(draft_of_contact, before.contacts)
    drafts = (
        ContactDraft(serial=ada.serial, first_name="Áda", email="ADA@x"),
        ContactDraft(serial=bob.serial, last_name="Böb", email="bob@x", is_primary=True),
    )
    store.change_client(account_id, before.serial, lambda _: ChangeClient(contacts=drafts))


def blanked(store: Store, account_id: int) -> None:
    """Make the primary contact blank, so that the next contact gives the name."""
    serial = create_ada_and_bob(store, account_id).serial
    blank = ContactDraft(phone="1", is_primary=True)
    store.change_client(account_id, serial, lambda _: ChangeClient(contacts=(blank, BOB)))


def upserted(store: Store, account_id: int) -> None:
    key = LiveKey(external_id="", uuid=create_ada_and_bob(store, account_id).uuid)
    store.upsert_client(account_id, key, lambda _: ChangeClient(contacts=(BOB,)), CreateClient)


def merged(store: Store, account_id: int) -> None:
    one = store.create_client(account_id, CreateClient(number="1"))
    store.merge_clients(account_id, one.serial, create_ada_and_bob(store, account_id).serial)


def delete_client(store: Store, account_id: int) -> None:
    store.set_client_state(account_id, create_ada_and_bob(store, account_id).serial, State.DELETED)


WRITES: dict[str, Callable[[Store, int], None]] = {
    "create": created,
    "import": import_two_clients,
    "change of the name": changed(organization_name="Ärger", classification="business"),
    "change of texts": changed(vat_number="É1", custom_value1="É2", custom_value4="É4"),
    "change of contacts": changed(contacts=(BOB,)),
    "no contacts": changed(contacts=()),
    "another primary contact": turned_around,
    "a blank primary contact": blanked,
    "change of several": changed_at_once,
    "upsert": upserted,
    "merge": merged,
    "move": delete_client,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_row_says_what_its_record_says(
    store: Store, account: Account, write: Callable[[Store, int], None]
) -> None:
    write(store, account.id)

    with store._engine.connect() as connection:
        rows = connection.execute(select(CLIENT).order_by(CLIENT.c.serial)).mappings().all()

    records = store.list_clients(account.id, ClientQuery()).records
    shown = [dict(row) | {"arrived_at": None} for row in rows]
    assert shown == [client_to_row(account.id, record) for record in records]
    assert [row["arrived_at"] for row in rows] == [record.updated_at for record in records]
    assert rows


@pytest.mark.parametrize("field", sorted(UNDERIVED))
def test_nothing_is_derived_of_a_field_that_is_written_by_itself(field: str) -> None:
    now = datetime(2016, 5, 29, tzinfo=UTC)
    given = {"uuid": UUID(int=1), "serial": 1, "number": "1", "user_serial": 1, "client_hash": ""}
    before = Client(created_at=now, updated_at=now, **given)
    after = structs.replace(before, **{field: "Needle"})

    rows = [client_to_row(1, record) for record in (before, after)]

    assert changed_columns(*rows) == {field: "Needle"}
