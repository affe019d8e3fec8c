"""The methods of the store that read and write clients."""

from collections.abc import Callable, Sequence

from storage.database.transactions import TransactionRunner
from storage.database.write_methods import Step, write_method
from storage.model.commands import ClientKey, CreateClient, LiveKey
from storage.model.preconditions import NO_PRECONDITION, Precondition
from storage.model.queries import ClientQuery, TombstoneQuery
from storage.model.records import Client, ClientTotals, Origin, Page, State, Tombstone

from . import reads as client_reads, removals, state_changes, writes as client_writes
from .writes import ChangeDecision, UpsertResult


class ClientMethods(TransactionRunner):
    """The part of the store for clients. Each method is one transaction.

    `may_lag` allows a read from the replica, which may be behind the primary.
    """

    def get_client(self, account_id: int, key: ClientKey, *, may_lag: bool = False) -> Client:
        """Return the client of a key, or raise NotFound."""
        return self._read_replica(may_lag, client_reads.get_client, account_id, key)

    def client_origins(self, account_id: int, key: ClientKey) -> tuple[Origin, ...]:
        """Return the origins that a client was imported from, ordered by source and foreign id."""
        return self._read(client_reads.list_origins, account_id, key)

    def list_clients(
        self, account_id: int, query: ClientQuery, *, may_lag: bool = False
    ) -> Page[Client]:
        """Return the page of a query, and the total number of clients that match it."""
        return self._read_replica(may_lag, client_reads.list_clients, account_id, query)

    def list_numbers(self, account_id: int) -> tuple[str, ...]:
        """Return the numbers of all clients, deleted ones too, in no order."""
        return self._read(client_reads.list_numbers, account_id)

    def list_newest_clients(
        self,
        account_id: int,
        query: ClientQuery,
        after: LiveKey | None = None,
        *,
        may_lag: bool = False,
    ) -> tuple[Client, ...]:
        """Return clients, newest first, that come after the client `after`.

        The client `after` may be deleted or purged by now. `sort_keys` and `offset` of the query
        are ignored. Raises Invalid if the account never had the client `after`: an empty page
        would mean the end of the list.
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
        """Return tombstones, in the order and with the cursor of `list_newest_clients`."""
        return self._read_replica(may_lag, client_reads.list_deleted, account_id, query, after)

    def clients_by_serial(self, account_id: int, serials: Sequence[int]) -> dict[int, Client]:
        """Return clients by serial. Serials that do not exist are left out."""
        return self._read(client_reads.get_by_serials, account_id, serials)

    def sum_clients(self, account_id: int) -> ClientTotals:
        """Count the clients of an account, and sum up their money. It reads all of them."""
        return self._read(client_reads.sum_clients, account_id)

    def find_contact_owners(
        self, account_id: int, contact_keys: Sequence[str]
    ) -> dict[str, tuple[int, ...]]:
        """Find the serials of the clients whose live contacts have these keys, by key.

        No index has the keys: ask for many at once.
        """
        return self._read(client_reads.find_contact_owners, account_id, contact_keys)

    @write_method
    def create_client(self, account_id: int, command: CreateClient) -> Step[Client]:
        """Create a client. Raises Conflict if another client has its number or one of its ids."""
        return lambda c: client_writes.create_clients(c, account_id, [command], self._generators)[0]

    @write_method
    def create_clients(
        self, account_id: int, commands: Sequence[CreateClient]
    ) -> Step[tuple[Client, ...]]:
        """Create all clients, or none if one cannot be created."""
        return lambda c: client_writes.create_clients(c, account_id, commands, self._generators)

    @write_method
    def change_client(
        self,
        account_id: int,
        key: ClientKey,
        change: ChangeDecision,
        precondition: Precondition = NO_PRECONDITION,
    ) -> Step[Client]:
        """Change the client of a key as `change` decides on its locked record.

        A change without an effect leaves the version and the times as they are. Raises Locked for
        a deleted client. Raises Stale, like every method with a precondition, if it is not met.
        """
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
        """Change the client of a key, or create the client that `create` returns if there is none.

        Raises NotFound for the uuid of a deleted client, and creates nothing: a uuid stays with
        its client.
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
        """Archive, delete or restore the client of a key."""
        generators = self._generators
        return lambda c: state_changes.set_client_state(
            c, account_id, key, state, precondition=precondition, generators=generators
        )

    @write_method
    def merge_clients(
        self,
        account_id: int,
        key: ClientKey,
        other: ClientKey,
        precondition: Precondition = NO_PRECONDITION,
        merged: Precondition = NO_PRECONDITION,
    ) -> Step[Client]:
        """Move the contents of the client `other` to the client of the key, and purge `other`.

        The keys of `other` mean the client of the key from then on. `merged` is the precondition
        that `other` must meet. Raises Invalid if both keys mean the same client.
        """
        generators = self._generators
        return lambda c: removals.merge_clients(
            c,
            account_id,
            key,
            other,
            precondition=precondition,
            merged=merged,
            generators=generators,
        )

    @write_method
    def set_client_states(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> Step[tuple[Client, ...]]:
        """Set the state of clients in one transaction; return them in order of serial."""
        return lambda c: state_changes.set_client_states(
            c, account_id, serials, state, self._generators
        )

    @write_method
    def change_clients(
        self, account_id: int, serials: Sequence[int], change: ChangeDecision
    ) -> Step[tuple[Client, ...]]:
        """Change clients by the same decision, also deleted clients; like `set_client_states`."""
        return lambda c: client_writes.change_clients(
            c, account_id, serials, change, self._generators
        )
