"""The records of the model, and the queries that read them."""

from copy import copy
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from msgspec import structs

from storage.model.commands import ClientKey, LiveKey
from storage.model.errors import Invalid, NotFound, Problem
from storage.model.generators import Generators
from storage.model.moments import EPOCH
from storage.model.queries import ClientQuery, TombstoneQuery
from storage.model.records import Client, Origin, Page, Tombstone
from tests.laws import model_lists
from tests.laws.model_groups import Groups

TICK = timedelta(microseconds=1)


class Found(Groups):
    """All records of one account."""

    def __init__(self, generators: Generators, country_id: int) -> None:
        super().__init__(generators)
        self.country_id = country_id
        self.next_client = self.next_contact = self.next_number = 1
        self.client_of: dict[int, Client] = {}
        self.origins_of: dict[int, tuple[Origin, ...]] = {}
        self.stone_of: dict[int, Tombstone] = {}
        self.last_arrival = EPOCH
        self.arrival: datetime | None = None
        """The moment at which the changes of this step arrive, once one of them has."""
        self.arrived_at: dict[int, datetime] = {}
        self.stone_arrived_at: dict[int, datetime] = {}
        self.survivor_of: dict[int | str, int] = {}
        """The serials of clients by the serials, uuids and external ids of those merged into
        them."""

    def copied(self) -> Self:
        twin = copy(self)
        for name, value in vars(self).items():
            setattr(twin, name, copy(value) if isinstance(value, dict) else value)
        twin.arrival = None
        return twin

    def get_client(self, key: ClientKey) -> Client:
        """Find a client by a key, also by that of a client that was merged into it."""
        found = self.client_or_survivor(key)
        if found is None:
            raise NotFound("client")
        return found

    def own_client(self, key: ClientKey) -> Client:
        found = self.client_or_none(key)
        if found is None:
            raise NotFound("client")
        return found

    def client_or_none(self, key: ClientKey) -> Client | None:
        """Find a client by serial, or a client that is not deleted by uuid and then by external
        id."""
        if isinstance(key, int):
            return self.client_of.get(key)
        live = [c for c in self.client_of.values() if not c.is_deleted]
        by_uuid = [c for c in live if c.uuid == key.uuid]
        by_external_id = [c for c in live if c.external_id == key.external_id]
        return next(iter(by_uuid + by_external_id), None)

    def client_or_survivor(self, key: ClientKey) -> Client | None:
        found = self.client_or_none(key)
        if found is not None or isinstance(key, int):
            return found or self.client_of.get(self.survivor_of.get(key, 0))
        texts = [str(key.uuid or ""), key.external_id]
        owners = [self.client_of[self.survivor_of[t]] for t in texts if t in self.survivor_of]
        return next((owner for owner in owners if not owner.is_deleted), None)

    def client_origins(self, key: ClientKey) -> tuple[Origin, ...]:
        mine = self.origins_of[self.get_client(key).serial]
        return tuple(sorted(mine, key=lambda o: (o.source, o.foreign_id)))

    def list_clients(self, query: ClientQuery) -> Page[Client]:
        found = model_lists.list_clients(self.client_of.values(), query, self.arrived_at)
        return Page(
            records=tuple(found[query.offset : query.offset + query.limit]), total=len(found)
        )

    def list_newest_clients(self, query: ClientQuery, after: LiveKey | None) -> tuple[Client, ...]:
        found = [c for c in self.client_of.values() if model_lists.finds(c, query, self.arrived_at)]
        return behind(found, after and self.place_of(after), query.limit)

    def list_deleted_clients(
        self, query: TombstoneQuery, after: LiveKey | None
    ) -> tuple[Tombstone, ...]:
        found = [
            structs.replace(s, merged_into=self.survivor_uuid(s))
            for s in self.stone_of.values()
            if model_lists.is_between(self.stone_arrived_at[s.serial], query)
        ]
        return behind(found, after and self.place_of(after, among_gone=True), query.limit)

    def survivor_uuid(self, stone: Tombstone) -> UUID | None:
        serial = self.survivor_of.get(str(stone.uuid))
        return None if serial is None else self.client_of[serial].uuid

    def place_of(self, key: LiveKey, *, among_gone: bool = False) -> tuple[datetime, int]:
        """Return the cursor position of a key, or raise Invalid.

        The uuid comes first, even of a deleted client. Then the external id counts: records of the
        listed kind before the others, and the newest deleted one first.
        """
        living: list[Any] = [c for c in self.client_of.values() if not c.is_deleted]
        gone = sorted(self.stone_of.values(), key=lambda s: -s.serial)
        by_uuid = [r for r in living + gone if r.uuid == key.uuid]
        records = gone + living if among_gone else living + gone
        for record in by_uuid + [r for r in records if r.external_id == key.external_id]:
            return place(record)
        raise Invalid(Problem(("after",), "is unknown"))


def behind(found: list[Any], after: tuple[datetime, int] | None, limit: int) -> tuple[Any, ...]:
    """Return a page of the records behind a cursor position, newest created first."""
    newest = sorted(found, key=place, reverse=True)
    return tuple([r for r in newest if after is None or place(r) < after][:limit])


def place(record: Client | Tombstone) -> tuple[datetime, int]:
    return record.created_at, record.serial
