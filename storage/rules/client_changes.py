"""A command applied to a record: pure, and the one place that says what counts as a change."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, structs

from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateClient, set_fields
from storage.model.errors import Locked
from storage.model.folding import fold
from storage.model.generators import Generators
from storage.model.records import Client, Group, Record, State

from .contact_changes import (
    RankCounter,
    SerialPool,
    apply_contacts,
    contacts_from_drafts,
    last_rank,
    sort_primary_first,
)
from .document_changes import apply_documents, merge_documents

TICK = timedelta(microseconds=1)


class NewClientContext(Record, frozen=True, kw_only=True):
    """What a new client gets from outside: a serial, a number, a moment, the makers."""

    account: Account
    serial: int
    number: str
    serials: SerialPool
    now: datetime
    generators: Generators


def new_client(command: CreateClient, context: NewClientContext) -> Client:
    """The record of a new client; it gets a blank primary contact when it brings none."""
    values = set_fields(command)
    at = values.setdefault("created_at", context.now)
    values.setdefault("updated_at", at)
    values["number"] = context.number
    if values.get("country_id") is None:
        values["country_id"] = context.account.country_id
    if values.get("phone"):
        values.setdefault("phone_rank", 1)
    values["serial"] = context.serial
    values.setdefault("user_serial", context.account.owner_serial)
    if "uuid" not in values:
        values["uuid"] = context.generators.new_uuid()
    if not values.get("client_hash"):
        values["client_hash"] = context.generators.random_text(40)
    drafts = () if command.contacts is UNSET else command.contacts
    ranks = RankCounter(max(values.get("phone_rank", 0), 0))
    contacts = contacts_from_drafts({}, ranks, drafts, context.serials, at, context.generators)
    record = Client(contacts=contacts, **values)
    if not command.documents:
        return record
    documents = apply_documents(record, command.documents, context.serials.documents, at)
    return structs.replace(record, documents=documents)


def apply_change(
    record: Client,
    command: ChangeClient,
    *,
    serials: SerialPool,
    now: datetime,
    generators: Generators,
) -> Client:
    """The record after the command: the very same record when nothing differs."""
    values = {f: v for f, v in set_fields(command).items() if v != getattr(record, f)}
    if "phone" in values and command.phone_rank is UNSET:
        ranks = RankCounter(last_rank(record))
        values["phone_rank"] = ranks.next_rank(values["phone"], 0, record.phone_rank)
    if command.contacts is not UNSET:
        changed = structs.replace(record, **values)
        contacts = apply_contacts(changed, command.contacts, serials, now, generators)
        if contacts != record.contacts:
            values["contacts"] = contacts
    if command.documents is not UNSET:
        documents = apply_documents(record, command.documents, serials.documents, now)
        if documents != record.documents:
            values["documents"] = documents
    return with_new_version(record, now, **values) if values else record


def with_state(record: Client, state: State, now: datetime) -> Client:
    """The record in another state of life; a no-op comes back as the very same record."""
    values = state_change(record, state, now)
    return with_new_version(record, now, **values) if values else record


def state_change(record: Client | Group, state: State, now: datetime) -> dict[str, Any]:
    """What another state of life changes in a record; nothing when it is in it."""
    match state:
        case State.ACTIVE if record.archived_at or record.is_deleted:
            return {"archived_at": None, "is_deleted": False}
        case State.ARCHIVED if not (record.archived_at or record.is_deleted):
            return {"archived_at": now}
        case State.DELETED if not record.is_deleted:
            return {"archived_at": now, "is_deleted": True}
        case _:
            return {}


def merge_clients(record: Client, other: Client, now: datetime) -> Client:
    """The record with the other's balance, paid amount, documents and contacts: those with an
    e-mail that the record does not have yet, ranked last and none of them primary."""
    mine = {fold(contact.email) for contact in record.contacts}
    ranks = RankCounter(last_rank(record))
    moving = [c for c in other.contacts if c.email and fold(c.email) not in mine]
    moved_in = tuple(
        structs.replace(
            contact,
            is_primary=False,
            email_rank=ranks.next_rank(contact.email, 0, 0),
            phone_rank=ranks.next_rank(contact.phone, 0, 0),
            updated_at=now,
        )
        for contact in moving
    )
    return with_new_version(
        record,
        now,
        balance=record.balance + other.balance,
        paid_to_date=record.paid_to_date + other.paid_to_date,
        contacts=sort_primary_first([*record.contacts, *moved_in]),
        documents=merge_documents(record, other),
    )


def with_new_version(record: Client, now: datetime, **values: Any) -> Client:
    """One version on. `updated_at` always grows, even when the clock does not."""
    later = max(now, record.updated_at + TICK)
    return structs.replace(record, version=record.version + 1, updated_at=later, **values)


def refuse_deleted(record: Client) -> None:
    if record.is_deleted:
        raise Locked("the record is deleted and cannot be edited")


def count_new_contacts(command: ChangeClient) -> int:
    """How many contacts the command makes, counting the blank one where it leaves nobody."""
    if command.contacts is UNSET:
        return 0
    return sum(draft.serial is None for draft in command.contacts) if command.contacts else 1


def count_new_documents(command: ChangeClient) -> int:
    drafts = () if command.documents is UNSET else command.documents
    return sum(draft.serial is None for draft in drafts)
