"""What a store promises, in plain Python: dictionaries, loops and no SQL.

Nothing of the store is used but its shapes and how it folds text, so that both can only be wrong
in different ways. Here is what is written; what lists answer is in `model_lists`, contacts are in
`model_contacts`. Methods are called like the store's.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple, Self

from msgspec import UNSET, structs

from storage import (
    ChangeClient,
    Client,
    ClientKey,
    ClientQuery,
    Conflict,
    CreateClient,
    Expected,
    Invalid,
    LiveKey,
    Locked,
    Makers,
    NotFound,
    Origin,
    Page,
    Problem,
    Stale,
    State,
    Tombstone,
    TombstoneQuery,
)
from storage.folding import fold

from . import model_contacts, model_lists
from .model_groups import Groups

Change = Callable[[Client], ChangeClient]
OWNER = 1
TICK = timedelta(microseconds=1)
NORMAL: dict[str, Callable[[str], str]] = {"number": fold, "id_number": fold, "external_id": str}


class Model(Groups):
    """All that one account has. A method that raises may leave half of its work behind: whoever
    calls one calls it on a copy."""

    def __init__(self, makers: Makers, country_id: int) -> None:
        super().__init__(makers)
        self.country_id = country_id
        self.next_client = self.next_contact = self.next_number = 1
        self.client_of: dict[int, Client] = {}
        self.origins_of: dict[int, tuple[Origin, ...]] = {}
        self.stone_of: dict[int, Tombstone] = {}

    def copied(self) -> Self:
        twin = copy(self)
        for name, value in vars(self).items():
            setattr(twin, name, copy(value) if isinstance(value, dict) else value)
        return twin

    # What is found

    def client(self, key: ClientKey) -> Client:
        found = self.client_or_none(key)
        if found is None:
            raise NotFound("client")
        return found

    def client_or_none(self, key: ClientKey) -> Client | None:
        """By serial, deleted or not; else a live one, by uuid before external id."""
        if isinstance(key, int):
            return self.client_of.get(key)
        live = [c for c in self.client_of.values() if not c.is_deleted]
        by_uuid = [c for c in live if c.uuid == key.uuid]
        by_external_id = [c for c in live if c.external_id == key.external_id]
        return next(iter(by_uuid + by_external_id), None)

    def origins(self, key: ClientKey) -> tuple[Origin, ...]:
        mine = self.origins_of[self.client(key).serial]
        return tuple(sorted(mine, key=lambda o: (o.source, o.foreign_id)))

    def clients(self, query: ClientQuery) -> Page[Client]:
        found = model_lists.listed(self.client_of.values(), query)
        return Page(
            records=tuple(found[query.offset : query.offset + query.limit]), total=len(found)
        )

    def newest_clients(self, query: ClientQuery, after: LiveKey | None) -> tuple[Client, ...]:
        found = [c for c in self.client_of.values() if model_lists.finds(c, query)]
        return self.behind(found, after, query.limit)

    def tombstones(self, query: TombstoneQuery, after: LiveKey | None) -> tuple[Tombstone, ...]:
        found = [s for s in self.stone_of.values() if model_lists.is_between(s, query)]
        return self.behind(found, after, query.limit)

    def behind(self, found: list[Any], after: LiveKey | None, limit: int) -> tuple[Any, ...]:
        """Newest created first, from just behind the place of a client that may be gone."""
        newest = sorted(found, key=place, reverse=True)
        if after is not None:
            cursor = self.place_of(after)
            newest = [record for record in newest if place(record) < cursor]
        return tuple(newest[:limit])

    def place_of(self, key: LiveKey) -> tuple[datetime, int]:
        """Of the client with the uuid, else of a live one with the external id, else of the last
        deleted one, else of what is left of a purged one."""
        newest = sorted(self.client_of.values(), key=lambda c: (c.is_deleted, -c.serial))
        stones = sorted(self.stone_of.values(), key=lambda s: -s.serial)
        for gone in (newest, stones):
            by_uuid = [r for r in gone if r.uuid == key.uuid]
            by_external_id = [r for r in gone if r.external_id == key.external_id]
            for record in by_uuid + by_external_id:
                return place(record)
        raise Invalid(Problem(("after",), "is unknown"))

    # New clients

    def create_clients(self, commands: Sequence[CreateClient]) -> tuple[Client, ...]:
        self.refuse_taken([identity(command) for command in commands])
        numbers = self.numbers([command.number or None for command in commands])
        pairs = zip(commands, numbers, strict=True)
        return tuple([self.born(command, number) for command, number in pairs])

    def numbers(self, wanted: list[str | None]) -> list[str]:
        """Wanted numbers as they are, others counted, four digits at least, taken ones skipped."""
        used = {fold(number) for number in wanted if number}
        used |= {fold(client.number) for client in self.client_of.values()}
        fresh = self.fresh_numbers(used)
        return [number or next(fresh) for number in wanted]

    def fresh_numbers(self, used: set[str]) -> Iterator[str]:
        while True:
            number = f"{self.next_number:04}"
            self.next_number += 1
            if number not in used:
                yield number

    def born(self, command: CreateClient, number: str) -> Client:
        fields = told(command)
        created_at = fields.setdefault("created_at", self.makers.clock())
        fields.setdefault("updated_at", created_at)
        if fields.get("country_id") is None:
            fields["country_id"] = self.country_id
        if fields.get("phone"):
            fields.setdefault("phone_rank", 1)
        client = Client(
            uuid=self.makers.uuid(),
            serial=self.next_client,
            user_serial=OWNER,
            client_hash=self.makers.random_text(40),
            **fields | {"number": number},
        )
        self.next_client += 1
        client = self.with_contacts(client, command.contacts or (), client.created_at)
        self.client_of[client.serial] = client
        self.origins_of[client.serial] = command.origins
        if client.is_deleted:
            self.lay_stone(client, client.archived_at or client.updated_at)
        return client

    # Changes

    def change_client(self, key: ClientKey, change: Change, expected: Expected) -> Client:
        before = self.client(key)
        refuse_stale(before, expected)
        return self.changed(before, change, is_locked=before.is_deleted)

    def change_clients(self, serials: Sequence[int], change: Change) -> tuple[Client, ...]:
        """Deleted ones too, missing ones are passed over."""
        return tuple([self.changed(c, change) for c in self.some(serials)])

    def upsert_client(
        self,
        key: LiveKey,
        change: Change,
        create: Callable[[], CreateClient],
        expected: Expected,
    ) -> "Upserted":
        before = self.client_or_none(key)
        refuse_stale(before, expected)
        if before is not None:
            return Upserted(self.changed(before, change), is_new=False)
        if key.uuid in {stone.uuid for stone in self.stone_of.values()}:
            raise NotFound("client")
        return Upserted(self.create_clients([create()])[0], is_new=True)

    def changed(self, before: Client, change: Change, *, is_locked: bool = False) -> Client:
        """With what the command says, if that is a change at all."""
        command = change(before)
        fields = told(command)
        if fields.get("number", "") is None:
            [fields["number"]] = self.numbers([None])
        if fields.get("country_id", 0) is None:
            fields["country_id"] = self.country_id
        if "phone" in fields and "phone_rank" not in fields:
            fields["phone_rank"] = model_contacts.phone_rank(before, fields["phone"])
        after = structs.replace(before, **fields)
        if command.contacts is not UNSET:
            after = self.with_contacts(after, command.contacts, self.makers.clock())
        old, new = identity(before), identity(after)
        self.refuse_taken([{f: new[f] for f in new if new[f] != old[f]}], owner=before.serial)
        if is_locked:
            raise Locked("")
        return self.keep(before, after)

    def with_contacts(self, client: Client, drafts: Sequence[Any], now: datetime) -> Client:
        serials = count(self.next_contact)
        contacts = model_contacts.drawn_up(client, drafts, serials, now, self.makers)
        self.next_contact = next(serials)
        return structs.replace(client, contacts=contacts)

    def keep(self, before: Client, after: Client) -> Client:
        """A real change counts one version on, and its time grows even when the clock does not."""
        return self.bumped(before, after) if after != before else before

    def bumped(self, before: Client, after: Client) -> Client:
        later = max(self.makers.clock(), before.updated_at + TICK)
        after = structs.replace(after, version=before.version + 1, updated_at=later)
        self.client_of[after.serial] = after
        return after

    # Life and death

    def move_client(self, key: ClientKey, state: State, expected: Expected) -> Client:
        before = self.client(key)
        refuse_stale(before, expected)
        return self.moved(before, state)

    def move_clients(self, serials: Sequence[int], state: State) -> tuple[Client, ...]:
        return tuple([self.moved(client, state) for client in self.some(serials)])

    def moved(self, before: Client, state: State) -> Client:
        now, after = self.makers.clock(), before
        if state is State.DELETED and not before.is_deleted:
            after = structs.replace(before, is_deleted=True, archived_at=now)
            self.lay_stone(after, now)
        elif state is State.ARCHIVED and not before.is_deleted and before.archived_at is None:
            after = structs.replace(before, archived_at=now)
        elif state is State.ACTIVE:
            after = structs.replace(before, is_deleted=False, archived_at=None)
            self.stone_of.pop(before.serial, None)
            if before.is_deleted and self.owners("external_id", before.external_id):
                after = structs.replace(after, external_id=None)
        return self.keep(before, after)

    def purge_client(self, key: ClientKey, expected: Expected) -> None:
        client = self.client(key)
        refuse_stale(client, expected)
        if not client.is_deleted:
            self.lay_stone(client, self.makers.clock())
        del self.client_of[client.serial], self.origins_of[client.serial]

    def merge_clients(self, key: ClientKey, other: ClientKey, expected: Expected) -> Client:
        before = self.client(key)
        refuse_stale(before, expected)
        source = self.client(other)
        self.purge_client(other, Expected())
        after = structs.replace(
            before,
            balance=before.balance + source.balance,
            paid_to_date=before.paid_to_date + source.paid_to_date,
            contacts=model_contacts.merged(before, source, self.makers.clock()),
        )
        return self.bumped(before, after)

    def lay_stone(self, client: Client, deleted_at: datetime) -> None:
        fields = {name: getattr(client, name, None) for name in Tombstone.__struct_fields__}
        self.stone_of[client.serial] = Tombstone(**fields | {"deleted_at": deleted_at})

    # What belongs to one client alone

    def some(self, serials: Sequence[int]) -> list[Client]:
        return [self.client_of[s] for s in sorted(set(serials)) if s in self.client_of]

    def refuse_taken(self, wanted: Sequence[dict[str, str]], owner: int | None = None) -> None:
        fields = []
        for field in NORMAL:
            values = [one[field] for one in wanted if one.get(field)]
            owners = {serial for value in values for serial in self.owners(field, value)}
            if len(set(values)) < len(values) or owners - {owner}:
                fields.append(field)
        if fields:
            raise Conflict("client", tuple(fields))

    def owners(self, field: str, value: str | None) -> set[int]:
        """Deleted clients keep their numbers. An external id must not be the uuid of another."""
        clients = list(self.client_of.values())
        if not value:
            return set()
        if field != "external_id":
            return {c.serial for c in clients if identity(c)[field] == value}
        live = [c for c in clients if not c.is_deleted]
        return {c.serial for c in live if value == c.external_id or value.lower() == str(c.uuid)}


class Upserted(NamedTuple):
    client: Client
    is_new: bool


def told(command: ChangeClient) -> dict[str, Any]:
    """What a command says of the client itself."""
    fields = structs.asdict(command)
    related = ("contacts", "documents", "origins")
    return {f: value for f, value in fields.items() if value is not UNSET and f not in related}


def identity(source: Client | CreateClient) -> dict[str, str]:
    """What a client is known by, as it is compared."""
    given = {field: getattr(source, field) for field in NORMAL}
    return {field: NORMAL[field](value) if value else "" for field, value in given.items()}


def place(record: Client | Tombstone) -> tuple[datetime, int]:
    return record.created_at, record.serial


def refuse_stale(client: Client | None, expected: Expected) -> None:
    version = client.version if client else None
    is_met = (
        expected.exists in (None, client is not None)
        and (expected.versions is None or version in expected.versions)
        and (expected.others is None or version not in expected.others)
    )
    if not is_met:
        raise Stale("")
