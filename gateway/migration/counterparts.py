"""Clients of a live service and their counterparts in the store: matching and differences."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import ParsedObject
from storage import Account, Client, Origin, Store, incoming_client

from .agreements import ComparedClient, Counterpart, compare, view_here
from .link_keys import LinkKeys
from .packed_base import unpack_base


class Pair(NamedTuple):
    """A client of the service, and its counterpart in the store if there is one."""

    parsed: ParsedObject
    raw: bytes
    record: Client | None


class Candidate(NamedTuple):
    """A client here that may be the one of an object; it surely is, if that is certain."""

    record: Client
    is_certain: bool


class Sides(NamedTuple):
    """The two sides of a sync: an account of this store, and a live service of a dialect.

    `source` is the name under which links and runs remember the service.
    """

    store: Store
    account: Account
    dialect: Dialect
    source: str
    keys: LinkKeys

    def pair_objects(self, objects: Sequence[bytes]) -> Iterator[Pair]:
        """Find the counterparts of objects of the service, in order.

        Raises Invalid for an object that is no client of the dialect.
        """
        parsed_objects = [self.dialect.remote.identify(raw, self.account) for raw in objects]
        incoming = [
            incoming_client(self.make_origin(parsed), parsed.command, parsed.change_command)
            for parsed in parsed_objects
        ]
        records = self.store.match_clients(self.account.id, incoming)
        others = [p for n, p in enumerate(parsed_objects) if n not in records]
        likely = self.likely_counterparts(others)
        for n, parsed in enumerate(parsed_objects):
            record = records.get(n)
            if record is None:
                candidates = likely.get(parsed.foreign_id, ())
                same = (one for one in candidates if self.is_same(one, parsed, objects[n]))
                record = next((one.record for one in same), None)
            yield Pair(parsed, objects[n], record)

    def likely_counterparts(
        self, unmatched: Sequence[ParsedObject]
    ) -> dict[str, tuple[Candidate, ...]]:
        """Find clients with the link key or with the number of an object, by foreign id.

        A number is never enough, and not every link key is: another server gives the same.
        """
        numbers = {p.foreign_id: p.command.number for p in unmatched if p.command.number}
        known = self.store.clients_by_number(self.account.id, list(map(str, numbers.values())))
        owners = self.keys.find_owners({p.foreign_id: p.command.external_id for p in unmatched})
        serials = [owner.serial for owner in owners.values()]
        records = self.store.clients_by_serial(self.account.id, serials)
        found: dict[str, list[Candidate]] = {}
        for foreign_id, owner in owners.items():
            if owner.serial in records:
                candidate = Candidate(records[owner.serial], owner.is_certain)
                found.setdefault(foreign_id, []).append(candidate)
        for foreign_id, number in numbers.items():
            if str(number) in known:
                candidate = Candidate(known[str(number)], is_certain=False)
                found.setdefault(foreign_id, []).append(candidate)
        return {key: tuple(candidates) for key, candidates in found.items()}

    def is_same(self, candidate: Candidate, parsed: ParsedObject, raw: bytes) -> bool:
        """Whether a client that is not linked is the one of an object: by its key or its names."""
        record = candidate.record
        if self.store.client_links(self.account.id, self.source, [record.serial]):
            return False
        counterpart = Counterpart(raw, self.make_origin(parsed), None)
        return candidate.is_certain or self.compare(record, counterpart).is_same_client

    def is_same_unlinked(self, record: Client, counterpart: Counterpart) -> bool:
        """Whether a client of the service is the one here, and is linked to no other one."""
        identified = self.dialect.remote.identify(counterpart.raw, self.account)
        incoming = incoming_client(
            counterpart.origin, identified.command, identified.change_command
        )
        owner = self.store.match_clients(self.account.id, [incoming]).get(0)
        if owner is not None:
            return owner.serial == record.serial
        claims = {identified.foreign_id: identified.command.external_id}
        named = self.keys.find_owners(claims).get(identified.foreign_id)
        if named is not None and named.is_certain:
            return named.serial == record.serial
        return self.compare(record, counterpart).is_same_client

    def make_origin(self, parsed: ParsedObject, version: int | None = None) -> Origin:
        """Return the origin of a client at the service; `version` is ours when both sides agree."""
        return Origin(
            source=self.source,
            foreign_id=parsed.foreign_id,
            foreign_updated_at=parsed.updated_at,
            stamp=parsed.stamp,
            version=version,
        )

    def is_as_agreed(self, record: Client, link: Origin) -> bool:
        """Whether the API of the service shows nothing of what has changed here since the link."""
        if link.version == record.version:
            return True
        base = unpack_base(link.agreed)
        shown = view_here(self.dialect, self.account, record, {})
        return base is not None and shown.view == base.here

    def compare(self, record: Client, counterpart: Counterpart) -> ComparedClient:
        """Compare a client here with its counterpart. Raises Invalid as `agreements.compare`."""
        return compare(self.dialect, self.account, self.keys, record, counterpart)
