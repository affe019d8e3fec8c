"""Clients there beside clients here: which is which, and where they differ."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import UnsetType

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import ParsedObject
from storage import Account, Client, Origin, Store, incoming_client


class Pair(NamedTuple):
    """A client as the service shows it, and the one here that it is, if there is one."""

    parsed: ParsedObject
    raw: bytes
    record: Client | None


class Sides(NamedTuple):
    """Our account and one of a service of a dialect."""

    store: Store
    account: Account
    dialect: Dialect
    source: str
    keys: "LinkKeys"

    def pair_objects(self, objects: Sequence[bytes]) -> Iterator[Pair]:
        """Raises Invalid for what is no client of the dialect."""
        parsed = [self.dialect.remote.identify(raw, self.account) for raw in objects]
        incoming = [
            incoming_client(self.make_origin(one), one.command, one.change_command)
            for one in parsed
        ]
        records = self.store.match_clients(self.account.id, incoming)
        for n, one in enumerate(parsed):
            yield Pair(one, objects[n], records.get(n) or self.find_by_key(one))

    def find_by_key(self, parsed: ParsedObject) -> Client | None:
        """The client that was put there under a key of ours."""
        serial = self.keys.serial_of(parsed.command.external_id)
        if serial is None:
            return None
        found = self.store.scan_clients(self.account.id, serial - 1, 1)
        return next((record for record in found if record.serial == serial), None)

    def make_origin(self, parsed: ParsedObject, version: int | None = None) -> Origin:
        return Origin(
            source=self.source,
            foreign_id=parsed.foreign_id,
            foreign_updated_at=parsed.updated_at,
            stamp=parsed.stamp,
            version=version,
        )

    def differences(self, pair: Pair) -> tuple[str, ...]:
        """The fields that differ; the key that we gave a client there is no difference."""
        if pair.record is None:
            return ()
        fields = self.dialect.codec.differences(pair.raw, pair.record, self.account)
        if not self.dialect.codec.is_listed(pair.record):
            fields = (*fields, "is_deleted")  # and yet it is shown there
        if self.keys.is_given(pair.parsed.command.external_id, pair.record):
            return tuple(field for field in fields if field != "external_id")
        return fields


class LinkKeys(NamedTuple):
    """Keys under which clients without an external id are put into a service: `ninja-VolejRejNm`
    is what another dialect calls the client, so that a person there sees where it came from."""

    account: Account
    other: Dialect

    def key_of(self, record: Client) -> str:
        return f"{self.other.name}-{self.other.codec.id_of(record, self.account)}"

    def is_given(self, key: str | UnsetType | None, record: Client) -> bool:
        """Whether the client has this key from us, and none of its own."""
        return record.external_id is None and key == self.key_of(record)

    def serial_of(self, key: str | UnsetType | None) -> int | None:
        prefix, _, name = key.partition("-") if isinstance(key, str) else ("", "", "")
        if prefix != self.other.name:
            return None
        return self.other.codec.serial_of(name, self.account)


def link_keys(dialects: Sequence[Dialect], target: Dialect, account: Account) -> LinkKeys:
    return LinkKeys(account, next(dialect for dialect in dialects if dialect.name != target.name))
