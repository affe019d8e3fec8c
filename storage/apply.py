"""A command applied to a record: pure, and the one place that says what counts as a change."""

import functools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, structs

from .commands import ChangeClient, ContactDraft, CreateClient, ImportContact
from .errors import Locked
from .filing import applied_documents, merged_documents
from .folding import fold
from .holders import Account
from .makers import Makers
from .records import Client, Contact, Group, Record, State

TICK = timedelta(microseconds=1)
RELATED = frozenset({"contacts", "documents", "origins"})
DRAFT_FIELDS = frozenset(ContactDraft.__struct_fields__) - {"serial", "email_rank", "phone_rank"}

IMPORTED_FIELDS = (
    frozenset(ImportContact.__struct_fields__)
    - DRAFT_FIELDS
    - {
        "serial",
        "email_rank",
        "phone_rank",
    }
)


class Serials(Record, frozen=True):
    """Reserved serials, taken one by one by whoever is new."""

    contacts: Iterator[int]
    documents: Iterator[int]


NO_SERIALS = Serials(iter(()), iter(()))


class Birth(Record, frozen=True, kw_only=True):
    """What a new client gets from outside: a serial, a number, a moment, the makers."""

    account: Account
    serial: int
    number: str
    serials: Serials
    now: datetime
    makers: Makers


def created(command: CreateClient, birth: Birth) -> Client:
    """The record of a new client; it gets a blank primary contact when it brings none."""
    values = given_fields(command)
    at = values.setdefault("created_at", birth.now)
    values.setdefault("updated_at", at)
    values["number"] = birth.number
    if values.get("country_id") is None:
        values["country_id"] = birth.account.country_id
    if values.get("phone"):
        values.setdefault("phone_rank", 1)
    values["serial"] = birth.serial
    values.setdefault("user_serial", birth.account.owner_serial)
    if "uuid" not in values:
        values["uuid"] = birth.makers.uuid()
    if not values.get("client_hash"):
        values["client_hash"] = birth.makers.random_text(40)
    drafts = () if command.contacts is UNSET else command.contacts
    ranks = Ranks(max(values.get("phone_rank", 0), 0))
    contacts = drafted_contacts({}, ranks, drafts, birth.serials, at, birth.makers)
    record = Client(contacts=contacts, **values)
    if not command.documents:
        return record
    documents = applied_documents(record, command.documents, birth.serials.documents, at)
    return structs.replace(record, documents=documents)


def applied(
    record: Client,
    command: ChangeClient,
    *,
    serials: Serials,
    now: datetime,
    makers: Makers,
) -> Client:
    """The record after the command: the very same record when nothing differs."""
    values = {f: v for f, v in given_fields(command).items() if v != getattr(record, f)}
    if "phone" in values and command.phone_rank is UNSET:
        ranks = Ranks(last_rank(record))
        values["phone_rank"] = ranks.place(values["phone"], 0, record.phone_rank)
    if command.contacts is not UNSET:
        changed = structs.replace(record, **values)
        contacts = applied_contacts(changed, command.contacts, serials, now, makers)
        if contacts != record.contacts:
            values["contacts"] = contacts
    if command.documents is not UNSET:
        documents = applied_documents(record, command.documents, serials.documents, now)
        if documents != record.documents:
            values["documents"] = documents
    return bumped(record, now, **values) if values else record


def moved(record: Client, state: State, now: datetime) -> Client:
    """The record in another state of life; a no-op comes back as the very same record."""
    values = move(record, state, now)
    return bumped(record, now, **values) if values else record


def move(record: Client | Group, state: State, now: datetime) -> dict[str, Any]:
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


def merged(record: Client, other: Client, now: datetime) -> Client:
    """The record with the other's balance, paid amount, documents and contacts: those with an
    e-mail that the record does not have yet, ranked last and none of them primary."""
    mine = {fold(contact.email) for contact in record.contacts}
    ranks = Ranks(last_rank(record))
    moving = [c for c in other.contacts if c.email and fold(c.email) not in mine]
    moved_in = tuple(
        structs.replace(
            contact,
            is_primary=False,
            email_rank=ranks.place(contact.email, 0, 0),
            phone_rank=ranks.place(contact.phone, 0, 0),
            updated_at=now,
        )
        for contact in moving
    )
    return bumped(
        record,
        now,
        balance=record.balance + other.balance,
        paid_to_date=record.paid_to_date + other.paid_to_date,
        contacts=primary_first([*record.contacts, *moved_in]),
        documents=merged_documents(record, other),
    )


def bumped(record: Client, now: datetime, **values: Any) -> Client:
    """One version on. `updated_at` always grows, even when the clock does not."""
    later = max(now, record.updated_at + TICK)
    return structs.replace(record, version=record.version + 1, updated_at=later, **values)


def refuse_deleted(record: Client) -> None:
    if record.is_deleted:
        raise Locked("the record is deleted and cannot be edited")


def given_fields(command: ChangeClient | ContactDraft) -> dict[str, Any]:
    """What it says of the client, or the contact, itself."""
    names, values_of = own_fields(type(command))
    values = zip(names, values_of(command), strict=True)
    return {name: value for name, value in values if value is not UNSET}


@functools.cache
def own_fields(
    kind: type[ChangeClient | ContactDraft],
) -> tuple[tuple[str, ...], Callable[[Any], Any]]:
    names = tuple(name for name in kind.__struct_fields__ if name not in RELATED)
    return names, attrgetter(*names)


def new_contacts(command: ChangeClient) -> int:
    """How many contacts the command makes, counting the blank one where it leaves nobody."""
    if command.contacts is UNSET:
        return 0
    return sum(draft.serial is None for draft in command.contacts) if command.contacts else 1


def new_documents(command: ChangeClient) -> int:
    drafts = () if command.documents is UNSET else command.documents
    return sum(draft.serial is None for draft in drafts)


def applied_contacts(
    record: Client,
    drafts: tuple[ContactDraft, ...],
    serials: Serials,
    now: datetime,
    makers: Makers,
) -> tuple[Contact, ...]:
    known = {contact.serial: contact for contact in record.contacts}
    return drafted_contacts(known, Ranks(last_rank(record)), drafts, serials, now, makers)


def drafted_contacts(  # noqa: PLR0917  all that a contact is made of
    known: Mapping[int, Contact],
    ranks: "Ranks",
    drafts: tuple[ContactDraft, ...],
    serials: Serials,
    now: datetime,
    makers: Makers,
) -> tuple[Contact, ...]:
    """Drafts become contacts, primary first, at least one and exactly one of them primary."""
    kept = []
    for draft in one_primary(drafts or (ContactDraft(),)):
        before = known.get(draft.serial) if draft.serial is not None else None
        if before is None:
            key = functools.partial(makers.random_text, 32 if drafts else 40)
            kept.append(new_contact(draft, ranks, next_serial=serials.contacts, now=now, key=key))
        else:
            kept.append(redrafted(before, draft, ranks, now))
    return primary_first(kept)


def new_contact(
    draft: ContactDraft,
    ranks: "Ranks",
    *,
    next_serial: Iterator[int],
    now: datetime,
    key: Callable[[], str],
) -> Contact:
    values = given_fields(draft)
    values["email_rank"] = ranks.place(draft.email, draft.email_rank, 0)
    values["phone_rank"] = ranks.place(draft.phone, draft.phone_rank, 0)
    values.setdefault("created_at", now)
    values.setdefault("updated_at", now)
    if not values.get("contact_key"):
        values["contact_key"] = key()
    if draft.serial is None or not isinstance(draft, ImportContact):
        values["serial"] = next(next_serial)
    return Contact(**values)


def primary_first(contacts: list[Contact]) -> tuple[Contact, ...]:
    return tuple(sorted(contacts, key=lambda c: (not c.is_primary, c.serial)))


def redrafted(before: Contact, draft: ContactDraft, ranks: "Ranks", now: datetime) -> Contact:
    values = {field: getattr(draft, field) for field in DRAFT_FIELDS}
    values["email_rank"] = ranks.place(draft.email, draft.email_rank, before.email_rank)
    values["phone_rank"] = ranks.place(draft.phone, draft.phone_rank, before.phone_rank)
    after = structs.replace(before, **values | brought(draft))
    if after == before or after.updated_at != before.updated_at:
        return after
    return structs.replace(after, updated_at=now)


def brought(draft: ContactDraft) -> dict[str, Any]:
    """What only an import says of a contact."""
    if not isinstance(draft, ImportContact):
        return {}
    told = {field: getattr(draft, field) for field in IMPORTED_FIELDS}
    return {field: value for field, value in told.items() if value is not UNSET}


def one_primary(drafts: tuple[ContactDraft, ...]) -> list[ContactDraft]:
    """The first flagged one is primary, or the first of all; nobody else is."""
    chosen = next((n for n, draft in enumerate(drafts) if draft.is_primary), 0)
    return [flagged(draft, is_primary=n == chosen) for n, draft in enumerate(drafts)]


def flagged(draft: ContactDraft, *, is_primary: bool) -> ContactDraft:
    if draft.is_primary is is_primary:
        return draft
    return structs.replace(draft, is_primary=is_primary)


class Ranks(msgspec.Struct):
    """Places of values in the client's list: given ones, kept ones, and new ones last."""

    last: int

    def place(self, value: str, given: int, kept: int) -> int:
        if not value:
            return 0
        if given or kept:
            return given or kept
        self.last += 1
        return self.last


def last_rank(record: Client) -> int:
    ranks = [max(c.email_rank, c.phone_rank) for c in record.contacts]
    return max(record.phone_rank, *ranks, 0)
