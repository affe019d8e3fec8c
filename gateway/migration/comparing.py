"""Clients there beside clients here: which is which, and where they differ."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dialects.base import Dialect, Told
from storage import Account, Client, Incoming, Origin, Store


class Pair(NamedTuple):
    """A client as the service shows it, and the one here that it is, if there is one."""

    told: Told
    raw: bytes
    record: Client | None


class Sides(NamedTuple):
    """Our account and one of a service of a dialect. `key_of` names the key under which a client
    without an external id is put there."""

    store: Store
    account: Account
    dialect: Dialect
    source: str
    key_of: Callable[[Client], str]

    def paired(self, objects: Sequence[bytes]) -> Iterator[Pair]:
        """Raises Invalid for what is no client of the dialect."""
        told = [self.dialect.remote.met(raw, self.account) for raw in objects]
        incoming = [
            Incoming(origin=self.origin(one), client=one.client, change=one.change) for one in told
        ]
        records = self.store.recognise(self.account.id, incoming)
        for n, one in enumerate(told):
            yield Pair(one, objects[n], records.get(n))

    def origin(self, told: Told, version: int | None = None) -> Origin:
        return Origin(
            source=self.source,
            foreign_id=told.foreign_id,
            foreign_updated_at=told.updated_at,
            stamp=told.stamp,
            version=version,
        )

    def differences(self, pair: Pair) -> tuple[str, ...]:
        """The fields that differ; the key that we gave a client there is no difference."""
        if pair.record is None:
            return ()
        fields = self.dialect.dump.differences(pair.raw, pair.record, self.account)
        is_ours = pair.told.client.external_id == self.key_of(pair.record)
        if is_ours and pair.record.external_id is None:
            return tuple(field for field in fields if field != "external_id")
        return fields


def key_of(
    dialects: Sequence[Dialect], target: Dialect, account: Account
) -> Callable[[Client], str]:
    """`ninja-VolejRejNm`: what another dialect calls the client, so that a person there sees
    where it came from."""
    other = next(dialect for dialect in dialects if dialect.name != target.name)
    return lambda record: f"{other.name}-{other.dump.id_of(record, account)}"
