"""Rules that apply a command to a client.

They are pure. Only this module decides what counts as a change.
"""

from datetime import datetime
from typing import Any

from msgspec import UNSET, structs

from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateClient, ImportClient, set_fields
from storage.model.errors import Locked
from storage.model.generators import Generators
from storage.model.moments import MICROSECOND
from storage.model.records import Client, Group, Record, State

from .contact_changes import (
    RankCounter,
    SerialPool,
    apply_contacts,
    contacts_from_drafts,
    last_rank,
)
from .document_changes import apply_documents


class NewClientContext(Record, frozen=True, kw_only=True):
    """The values that a new client gets from outside: serials, a number, the time, generators."""

    account: Account
    serial: int
    number: str
    serials: SerialPool
    now: datetime
    generators: Generators


def new_client(command: CreateClient, context: NewClientContext) -> Client:
    """Return the record of a new client. Without contacts it gets a blank primary one.

    A client from elsewhere that has no country gets none: nobody has entered the account's.
    """
    values = set_fields(command)
    created_at = values.setdefault("created_at", context.now)
    values.setdefault("updated_at", created_at)
    values["number"] = context.number
    if values.get("country_id") is None and not isinstance(command, ImportClient):
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
    contacts = contacts_from_drafts(
        {}, ranks, drafts, context.serials, created_at, context.generators
    )
    record = Client(contacts=contacts, **values)
    if not command.documents:
        return record
    documents = apply_documents(record, command.documents, context.serials.documents, created_at)
    return structs.replace(record, documents=documents)


def apply_change(
    record: Client,
    command: ChangeClient,
    *,
    serials: SerialPool,
    now: datetime,
    generators: Generators,
) -> Client:
    """Return the record after a command. Returns the same object if nothing differs."""
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
    """Return the record in another state. Returns the same object if it is in that state."""
    values = state_change(record, state, now)
    return with_new_version(record, now, **values) if values else record


def state_change(record: Client | Group, state: State, now: datetime) -> dict[str, Any]:
    """Return the field values that move a record to a state. Empty if it is in that state."""
    match state:
        case State.ACTIVE if record.archived_at or record.is_deleted:
            return {"archived_at": None, "is_deleted": False}
        case State.ARCHIVED if not (record.archived_at or record.is_deleted):
            return {"archived_at": now}
        case State.DELETED if not record.is_deleted:
            return {"archived_at": now, "is_deleted": True}
        case _:
            return {}


def with_new_version(record: Client, now: datetime, **values: Any) -> Client:
    """Return the record with the next version. `updated_at` grows even when the clock does not."""
    later = max(now, record.updated_at + MICROSECOND)
    return structs.replace(record, version=record.version + 1, updated_at=later, **values)


def refuse_deleted(before: Client, after: Client) -> None:
    """Raise Locked if a deleted client is edited. Files may still be attached to it."""
    if before.is_deleted and not only_attaches_documents(before, after):
        raise Locked("the record is deleted and cannot be edited")


def only_attaches_documents(before: Client, after: Client) -> bool:
    """Whether a client has new documents and is otherwise as before."""
    known = after.documents[: len(before.documents)]
    unchanged = structs.replace(
        after, version=before.version, updated_at=before.updated_at, documents=before.documents
    )
    return (
        len(after.documents) > len(before.documents)
        and known == before.documents
        and unchanged == before
    )


def count_new_contacts(command: ChangeClient) -> int:
    """Count the contacts that a command creates.

    An empty list of contacts counts as one: it creates a blank contact.
    """
    if command.contacts is UNSET:
        return 0
    return sum(draft.serial is None for draft in command.contacts) if command.contacts else 1


def count_new_documents(command: ChangeClient) -> int:
    """Count the documents that a command creates."""
    drafts = () if command.documents is UNSET else command.documents
    return sum(draft.serial is None for draft in drafts)
