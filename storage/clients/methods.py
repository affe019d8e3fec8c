"""The store's methods about clients."""

from collections.abc import Callable, Sequence

from storage.database.transactions import TransactionRunner
from storage.database.write_methods import Step, write_method
from storage.model.commands import ClientKey, CreateClient, LiveKey
from storage.model.preconditions import NO_PRECONDITION, Precondition
from storage.model.queries import ClientQuery, TombstoneQuery
from storage.model.records import Client, Origin, Page, State, Tombstone

from . import reads as client_reads, writes as client_writes
from .writes import ChangeDecision, UpsertResult


class ClientMethods(TransactionRunner):
    def get_client(self, account_id: int, key: ClientKey, *, may_lag: bool = False) -> Client:
        return self._read_replica(may_lag, client_reads.get_client, account_id, key)

    def client_origins(self, account_id: int, key: ClientKey) -> tuple[Origin, ...]:
        """Where a client was imported from, by source and foreign id."""
        return self._read(client_reads.list_origins, account_id, key)

    def list_clients(
        self, account_id: int, query: ClientQuery, *, may_lag: bool = False
    ) -> Page[Client]:
        return self._read_replica(may_lag, client_reads.list_clients, account_id, query)

    def list_newest_clients(
        self,
        account_id: int,
        query: ClientQuery,
        after: LiveKey | None = None,
        *,
        may_lag: bool = False,
    ) -> tuple[Client, ...]:
        """Newest first, from just behind the client `after`, which may be gone by now.

        `sorting` and `offset` of the query do not matter here. Raises Invalid when `after` never
        was a client of the account: an empty answer would read as the end of the list.
        """
        return self._read_replica(may_lag, client_reads.list_newest, account_id, query, after)

    def list_deleted_clients(
        self,
        account_id: int,
        query: TombstoneQuery,
        after: LiveKey | None = None,
        *,
        may_lag: bool = False,
    ) -> tuple[Tombstone, ...]:
        """Of the clients that are gone, in the order and with the cursor of `newest_clients`."""
        return self._read_replica(may_lag, client_reads.list_deleted, account_id, query, after)

    def clients_by_serial(self, account_id: int, serials: Sequence[int]) -> dict[int, Client]:
        """Those that exist."""
        return self._read(client_reads.get_by_serials, account_id, serials)

    @write_method
    def create_client(self, account_id: int, command: CreateClient) -> Step[Client]:
        return lambda c: client_writes.create_clients(c, account_id, [command], self._generators)[0]

    @write_method
    def create_clients(
        self, account_id: int, commands: Sequence[CreateClient]
    ) -> Step[tuple[Client, ...]]:
        """All of them or, when one cannot be created, none."""
        return lambda c: client_writes.create_clients(c, account_id, commands, self._generators)

    @write_method
    def change_client(
        self,
        account_id: int,
        key: ClientKey,
        change: ChangeDecision,
        precondition: Precondition = NO_PRECONDITION,
    ) -> Step[Client]:
        """A change that changes nothing leaves version and times alone. Raises Locked for a
        deleted client, Stale, here as everywhere, for one that is not as expected."""
        generators = self._generators
        return lambda c: client_writes.change_client(
            c, account_id, key, change, precondition=precondition, generators=generators
        )

    @write_method
    def upsert_client(
        self,
        account_id: int,
        key: LiveKey,
        change: ChangeDecision,
        create: Callable[[], CreateClient],
        precondition: Precondition = NO_PRECONDITION,
    ) -> Step[UpsertResult]:
        """Change the client of the key or, when there is none, create what `create` returns.

        A uuid stays with its client: that of a deleted one raises NotFound and creates nothing.
        """
        generators = self._generators
        return lambda c: client_writes.upsert_client(
            c, account_id, key, change, create, precondition=precondition, generators=generators
        )

    @write_method
    def set_client_state(
        self,
        account_id: int,
        key: ClientKey,
        state: State,
        precondition: Precondition = NO_PRECONDITION,
    ) -> Step[Client]:
        generators = self._generators
        return lambda c: client_writes.set_client_state(
            c, account_id, key, state, precondition=precondition, generators=generators
        )

    @write_method
    def merge_clients(
        self,
        account_id: int,
        key: ClientKey,
        other: ClientKey,
        precondition: Precondition = NO_PRECONDITION,
    ) -> Step[Client]:
        """Move what `other` has to the client of the key, and remove `other` for good. Raises
        Invalid where both keys are of one client."""
        generators = self._generators
        return lambda c: client_writes.merge_clients(
            c, account_id, key, other, precondition=precondition, generators=generators
        )

    @write_method
    def set_client_states(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> Step[tuple[Client, ...]]:
        """All of them in one transaction, answered in the order of their serials."""
        return lambda c: client_writes.set_client_states(
            c, account_id, serials, state, self._generators
        )

    @write_method
    def change_clients(
        self, account_id: int, serials: Sequence[int], change: ChangeDecision
    ) -> Step[tuple[Client, ...]]:
        """The same decision for all of them, deleted ones too; otherwise as `move_clients`."""
        return lambda c: client_writes.change_clients(
            c, account_id, serials, change, self._generators
        )
