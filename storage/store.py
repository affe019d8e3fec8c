"""The store: one method is one transaction. Commands and queries in, records out."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

from . import accounts, clients, groups, schema, select, tombstones, writing
from .blobs import Blobs
from .buckets import Buckets, Rate
from .commands import (
    ChangeGroup,
    ClientKey,
    CreateAccount,
    CreateClient,
    CreateGroup,
    CreateToken,
    LiveKey,
)
from .engines import open_engine
from .expected import ANYTHING, Expected
from .grouping import GroupQuery
from .keeping import Keeping
from .makers import Makers
from .passwords import hash_password, is_password
from .queries import ClientQuery, TombstoneQuery
from .records import Access, Account, Client, Group, Origin, Page, Secret, State, Token, Tombstone
from .transactions import failing_as_unavailable
from .writing import Change


class Upserted(NamedTuple):
    client: Client
    is_new: bool


class Store(Keeping):
    @classmethod
    def open(
        cls,
        url: str,
        makers: Makers | None = None,
        blobs: Blobs | None = None,
        buckets: Buckets | None = None,
    ) -> Self:
        """The store at a database URL, its schema brought up to date; without `blobs` it has no
        place for the bytes of documents, without `buckets` it counts calls for itself alone."""
        store = cls(open_engine(url), makers, blobs, buckets)
        with failing_as_unavailable():
            schema.upgrade(store._engine)
        return store

    def close(self) -> None:
        self._engine.dispose()
        self._buckets.close()

    # Accounts and tokens

    def create_account(self, command: CreateAccount) -> Account:
        with self._writing() as connection:
            return accounts.inserted_account(connection, command, self._makers)

    def account(self, name: str) -> Account:
        with self._reading() as connection:
            return accounts.account_by_name(connection, name)

    def accounts(self) -> tuple[Account, ...]:
        with self._reading() as connection:
            return accounts.all_accounts(connection)

    def set_password(self, name: str, password: str) -> Account:
        """The account's API password, which the final operations ask for."""
        hashed = hash_password(password)
        with self._writing() as connection:
            return accounts.keep_password(connection, name, hashed)

    def is_password(self, account_id: int, password: str) -> bool:
        """False also when the account has no password."""
        with self._reading() as connection:
            hashed = accounts.password_hash(connection, account_id)
        return hashed is not None and is_password(hashed, password)

    def create_token(self, command: CreateToken) -> tuple[Token, Secret]:
        """The token's record, and the token itself: this is the only time it can be seen."""
        with self._writing() as connection:
            return accounts.inserted_token(connection, command, self._makers)

    def tokens(self) -> tuple[Token, ...]:
        with self._reading() as connection:
            return accounts.all_tokens(connection)

    def revoke_token(self, token_id: int) -> Token:
        with self._writing() as connection:
            return accounts.revoked_token(connection, token_id, self._makers)

    def access(self, dialect: str, token: str) -> Access | None:
        """What a token opens in a dialect; None when it is unknown, revoked or another's."""
        with self._reading() as connection:
            return accounts.access(connection, dialect, token)

    def pour(self, token_id: int, rate: Rate) -> float:
        """Count a call of a token. Seconds until it may be made; 0.0 when it may be made now."""
        return self._buckets.pour(token_id, rate)

    # Clients

    def client(self, account_id: int, key: ClientKey) -> Client:
        with self._reading() as connection:
            return clients.found(connection, account_id, key)

    def origins(self, account_id: int, key: ClientKey) -> tuple[Origin, ...]:
        """Where a client was imported from, by source and foreign id."""
        with self._reading() as connection:
            found = clients.found(connection, account_id, key)
            return clients.origins(connection, account_id, found.serial)

    def clients(self, account_id: int, query: ClientQuery) -> Page[Client]:
        with self._reading() as connection:
            total = connection.execute(select.counted(account_id, query)).scalar_one()
            rows = connection.execute(select.window(account_id, query)).all()
            return Page(records=clients.records(connection, account_id, rows), total=total)

    def newest_clients(
        self, account_id: int, query: ClientQuery, after: LiveKey | None = None
    ) -> tuple[Client, ...]:
        """Newest first, from just behind the client `after`, which may be deleted by now.

        `sorting` and `offset` of the query do not matter here. Raises Invalid when `after` never
        was a client of the account: an empty answer would read as the end of the list.
        """
        with self._reading() as connection:
            place = clients.place(connection, account_id, after) if after else None
            rows = connection.execute(select.newest_after(account_id, query, place)).all()
            return clients.records(connection, account_id, rows)

    def tombstones(
        self, account_id: int, query: TombstoneQuery, after: LiveKey | None = None
    ) -> tuple[Tombstone, ...]:
        """Of the clients that are gone, in the order and with the cursor of `newest_clients`."""
        with self._reading() as connection:
            place = clients.place(connection, account_id, after) if after else None
            return tombstones.newest(connection, account_id, query, place)

    def create_client(self, account_id: int, command: CreateClient) -> Client:
        with self._writing() as connection:
            return writing.created(connection, account_id, [command], self._makers)[0]

    def create_clients(
        self, account_id: int, commands: Sequence[CreateClient]
    ) -> tuple[Client, ...]:
        """All of them or, when one cannot be created, none."""
        with self._writing() as connection:
            return writing.created(connection, account_id, commands, self._makers)

    def change_client(
        self, account_id: int, key: ClientKey, change: Change, expected: Expected = ANYTHING
    ) -> Client:
        """A change that changes nothing leaves version and times alone. Raises Locked for a
        deleted client."""
        with self._writing() as connection:
            before = clients.locked(connection, account_id, key)
            expected.check(before)
            return writing.changed(connection, account_id, before, change, self._makers)

    def upsert_client(
        self,
        account_id: int,
        key: LiveKey,
        change: Change,
        create: Callable[[], CreateClient],
        expected: Expected = ANYTHING,
    ) -> Upserted:
        """Change the client of the key or, when there is none, create what `create` returns.

        A uuid stays with its client: that of a deleted one raises NotFound and creates nothing.
        Raises Stale, and writes nothing, when the client is not as expected.
        """
        with self._writing() as connection:
            before = clients.locked_or_none(connection, account_id, key)
            if before is None:
                # Whoever holds the account is alone in making clients: look again.
                accounts.reserved(connection, account_id, clients=0, contacts=0)
                before = clients.locked_or_none(connection, account_id, key)
            expected.check(before)
            if before is None:
                clients.refuse_deleted_uuid(connection, account_id, key)
                made = writing.created(connection, account_id, [create()], self._makers)
                return Upserted(made[0], is_new=True)
            after = writing.changed(connection, account_id, before, change, self._makers)
            return Upserted(after, is_new=False)

    def move_client(
        self, account_id: int, key: ClientKey, state: State, expected: Expected = ANYTHING
    ) -> Client:
        with self._writing() as connection:
            before = clients.locked(connection, account_id, key)
            expected.check(before)
            return writing.moved(connection, account_id, before, state, self._makers)

    def purge_client(self, account_id: int, key: ClientKey, expected: Expected = ANYTHING) -> None:
        """Remove a client and all that is its own, for good."""
        with self._writing() as connection:
            record = clients.locked(connection, account_id, key)
            expected.check(record)
            clients.purged(connection, account_id, record, self._makers.clock())
        self.discard(account_id, record.documents)

    def merge_clients(
        self, account_id: int, key: ClientKey, other: ClientKey, expected: Expected = ANYTHING
    ) -> Client:
        """Move what `other` has to the client of the key, and remove `other` for good."""
        with self._writing() as connection:
            expected.check(clients.locked(connection, account_id, key))
            return writing.merged(connection, account_id, key, other, self._makers)

    def move_clients(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> tuple[Client, ...]:
        """All of them in one transaction, answered in the order of their serials."""
        with self._writing() as connection:
            return tuple(writing.moved_all(connection, account_id, serials, state, self._makers))

    def change_clients(
        self, account_id: int, serials: Sequence[int], change: Change
    ) -> tuple[Client, ...]:
        """The same decision for all of them, deleted ones too; otherwise as `move_clients`."""
        with self._writing() as connection:
            return tuple(writing.changed_all(connection, account_id, serials, change, self._makers))

    # Groups

    def create_group(self, account_id: int, command: CreateGroup) -> Group:
        with self._writing() as connection:
            return groups.created(connection, account_id, command, self._makers)

    def change_group(self, account_id: int, serial: int, command: ChangeGroup) -> Group:
        with self._writing() as connection:
            return groups.changed(connection, account_id, serial, command, self._makers)

    def move_groups(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> tuple[Group, ...]:
        """All of them in one transaction, in the order of their serials. Raises NotFound, and
        moves none, when one of them is missing."""
        with self._writing() as connection:
            return tuple(
                groups.moved(connection, account_id, serial, state, self._makers)
                for serial in sorted(set(serials))
            )

    def groups(self, account_id: int, query: GroupQuery) -> Page[Group]:
        with self._reading() as connection:
            return groups.listed(connection, account_id, query)

    def groups_by_serial(self, account_id: int, serials: Sequence[int]) -> dict[int, Group]:
        """Those that exist."""
        with self._reading() as connection:
            return groups.by_serials(connection, account_id, serials)
