"""A model of the store in plain Python: dictionaries, loops and no SQL.

It uses nothing of the store but its shapes and its text folding, so that the two can only be wrong
in different ways. This module holds the writes. Lists are in `model_lists`, contacts in
`model_contacts`. Methods have the names of the store's methods.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from msgspec import UNSET, structs

from storage.model.commands import ChangeClient, ClientKey, CreateClient, ImportClient, LiveKey
from storage.model.errors import Conflict, Locked, NotFound, Stale
from storage.model.folding import fold
from storage.model.preconditions import Precondition, VersionMatch
from storage.model.records import Client, Origin, State, Tombstone
from tests.laws import model_contacts, model_merge
from tests.laws.model_found import TICK, Found

Change = Callable[[Client], ChangeClient]
OWNER = 1
NORMAL: dict[str, Callable[[str], str]] = {"number": fold, "id_number": fold, "external_id": str}


class Model(Found):
    """The writes of one account.

    A method that raises may leave half of its work behind, so call it on a copy.
    """

    # New clients

    def create_clients(self, commands: Sequence[CreateClient]) -> tuple[Client, ...]:
        self.refuse_taken([identity(command) for command in commands])
        self.refuse_taken_origins([o for command in commands for o in command.origins])
        numbers = self.numbers([command.number or None for command in commands])
        pairs = zip(commands, numbers, strict=True)
        return tuple([self.born(command, number) for command, number in pairs])

    def numbers(self, wanted: list[str | None]) -> list[str]:
        """Return the wanted numbers, and the next free number where none is wanted, with four
        digits or more."""
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
        fields = client_fields(command)
        created_at = fields.setdefault("created_at", self.arrive())
        fields.setdefault("updated_at", created_at)
        if fields.get("country_id") is None and not isinstance(command, ImportClient):
            fields["country_id"] = self.country_id
        if fields.get("phone"):
            fields.setdefault("phone_rank", 1)
        client = Client(
            uuid=self.makers.new_uuid(),
            serial=self.next_client,
            user_serial=OWNER,
            client_hash=self.makers.random_text(40),
            **fields | {"number": number},
        )
        self.next_client += 1
        client = self.with_contacts(client, command.contacts or (), client.created_at)
        self.client_of[client.serial] = client
        self.arrived_at[client.serial] = self.arrive()
        self.origins_of[client.serial] = command.origins
        if client.is_deleted:
            self.lay_stone(client, client.updated_at)
        return client

    # Changes

    def change_client(self, key: ClientKey, change: Change, precondition: Precondition) -> Client:
        before = self.get_client(key)
        refuse_stale(before, precondition)
        return self.changed(before, change, is_locked=before.is_deleted)

    def change_clients(self, serials: Sequence[int], change: Change) -> tuple[Client, ...]:
        """Change clients, deleted ones too. Serials that do not exist are left out."""
        return tuple([self.changed(c, change) for c in self.some(serials)])

    def upsert_client(
        self,
        key: LiveKey,
        change: Change,
        create: Callable[[], CreateClient],
        precondition: Precondition,
    ) -> "Upserted":
        before = self.client_or_survivor(key)
        refuse_stale(before, precondition)
        if before is not None:
            return Upserted(self.changed(before, change), is_new=False)
        if key.uuid in {stone.uuid for stone in self.stone_of.values()}:
            raise NotFound("client")
        return Upserted(self.create_clients([create()])[0], is_new=True)

    def changed(self, before: Client, change: Change, *, is_locked: bool = False) -> Client:
        """Apply the command if it changes anything, and return the client."""
        command = change(before)
        fields = client_fields(command)
        if fields.get("number", "") is None:
            [fields["number"]] = self.numbers([None])
        if fields.get("country_id", 0) is None and not isinstance(command, ImportClient):
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
        """Save a client if it has changed: its version and time grow even if the clock stands
        still."""
        return self.bumped(before, after) if after != before else before

    def bumped(self, before: Client, after: Client) -> Client:
        later, version = self.later(before), before.version + 1
        after = structs.replace(after, version=version, updated_at=later)
        self.client_of[after.serial] = after
        self.arrived_at[after.serial] = self.arrive()
        return after

    def later(self, client: Client) -> datetime:
        """Return the moment of arrival, or the first tick after the client's last change."""
        return max(self.arrive(), client.updated_at + TICK)

    def arrive(self) -> datetime:
        """Return the moment at which the changes of this step arrive: after all before it."""
        if self.arrival is None:
            self.arrival = max(self.makers.clock(), self.last_arrival + TICK)
            self.last_arrival = self.arrival
        return self.arrival

    # Life and death

    def set_client_state(self, key: ClientKey, state: State, precondition: Precondition) -> Client:
        before = self.own_client(key)
        refuse_stale(before, precondition)
        return self.moved(before, state)

    def set_client_states(self, serials: Sequence[int], state: State) -> tuple[Client, ...]:
        return tuple([self.moved(client, state) for client in self.some(serials)])

    def moved(self, before: Client, state: State) -> Client:
        now, after = self.makers.clock(), before
        if state is State.DELETED and not before.is_deleted:
            after = structs.replace(before, is_deleted=True, archived_at=now)
            self.lay_stone(after, self.later(before))
        elif state is State.ARCHIVED and not before.is_deleted and before.archived_at is None:
            after = structs.replace(before, archived_at=now)
        elif state is State.ACTIVE:
            after = structs.replace(before, is_deleted=False, archived_at=None)
            self.stone_of.pop(before.serial, None)
            if before.is_deleted and self.owners("external_id", before.external_id) - {
                before.serial
            }:
                after = structs.replace(after, external_id=None)
        return self.keep(before, after)

    def purge_client(self, key: ClientKey, precondition: Precondition) -> None:
        client = self.own_client(key)
        refuse_stale(client, precondition)
        now = self.later(client)
        if not client.is_deleted:
            self.lay_stone(client, now)
        del self.client_of[client.serial], self.origins_of[client.serial]
        self.survivor_of = {k: s for k, s in self.survivor_of.items() if s != client.serial}

    def merge_clients(self, key: ClientKey, other: ClientKey, precondition: Precondition) -> Client:
        before = self.own_client(key)
        refuse_stale(before, precondition)
        source = self.own_client(other)
        self.take_over_keys(before, source)
        self.purge_client(other, Precondition())
        after = structs.replace(
            before,
            balance=before.balance + source.balance,
            paid_to_date=before.paid_to_date + source.paid_to_date,
            contacts=model_contacts.merged(before, source, self.arrive()),
            **model_merge.taken_fields(before, source),
        )
        return self.bumped(before, after)

    def take_over_keys(self, client: Client, source: Client) -> None:
        """Let the keys and links of a client mean the one that takes it in."""
        own = self.origins_of[client.serial]
        known = {origin.source for origin in own}
        moved = [o for o in self.origins_of[source.serial] if o.source not in known]
        self.origins_of[client.serial] = (*own, *[structs.replace(o, version=0) for o in moved])
        keys: list[int | str] = [source.serial, str(source.uuid)]
        if source.external_id and not source.is_deleted:
            keys.append(source.external_id)
        keys += [k for k, serial in self.survivor_of.items() if serial == source.serial]
        self.survivor_of |= dict.fromkeys(keys, client.serial)

    def lay_stone(self, client: Client, deleted_at: datetime) -> None:
        fields = {name: getattr(client, name, None) for name in Tombstone.__struct_fields__}
        self.stone_of[client.serial] = Tombstone(**fields | {"deleted_at": deleted_at})
        self.stone_arrived_at[client.serial] = self.arrive()

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

    def refuse_taken_origins(self, wanted: Sequence[Origin]) -> None:
        """Raise Conflict if an origin is taken or is wanted twice."""
        known = [origin for origins in self.origins_of.values() for origin in origins]
        wanted_keys = [(o.source, o.foreign_id) for o in wanted]
        known_keys = {(o.source, o.foreign_id) for o in known}
        if len(set(wanted_keys)) < len(wanted) or known_keys & set(wanted_keys):
            raise Conflict("client", ("origins",))

    def owners(self, field: str, value: str | None) -> set[int]:
        """Return the serials of clients that own this value.

        Deleted clients keep their numbers. All clients keep their uuids, and an external id must
        not equal one.
        """
        clients = self.client_of.values() if value else ()
        owners = {c.serial for c in clients if identity(c)[field] == value}
        if field == "external_id" and value:
            owners |= {c.serial for c in clients if str(c.uuid) == value.lower()}
            former = [self.survivor_of.get(key) for key in (value, value.lower())]
            owners |= {c.serial for c in clients if c.serial in former and not c.is_deleted}
        return owners


class Upserted(NamedTuple):
    client: Client
    is_new: bool


def client_fields(command: ChangeClient) -> dict[str, Any]:
    """Return the command's values for the client itself, without related records."""
    fields = structs.asdict(command)
    related = ("contacts", "documents", "origins")
    return {f: value for f, value in fields.items() if value is not UNSET and f not in related}


def identity(source: Client | CreateClient) -> dict[str, str]:
    """Return the normalized identifiers of a client. A deleted client has no external id."""
    given = {field: getattr(source, field) for field in NORMAL}
    if getattr(source, "is_deleted", False):
        given["external_id"] = None
    return {field: NORMAL[field](value) if value else "" for field, value in given.items()}


def refuse_stale(client: Client | None, precondition: Precondition) -> None:
    is_there = precondition.match is None or fits(client, precondition.match)
    is_other = precondition.none_match is None or not fits(client, precondition.none_match)
    if not (is_there and is_other):
        raise Stale("")


def fits(client: Client | None, match: VersionMatch) -> bool:
    return client is not None and (match.versions is None or client.version in match.versions)
