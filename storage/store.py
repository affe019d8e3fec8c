"""The store: one method is one transaction. Commands and queries in, records out."""

from collections.abc import Callable, Sequence
from typing import Self

from . import accounts, finding, groups, schema, writing
from .blobs import Blobs
from .buckets import Buckets, Rate
from .carrying import Carrying
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
from .glance import Glance
from .grouping import GroupQuery
from .holders import Access, Account, DatabaseStatus, Token
from .makers import Makers
from .passwords import hash_password, is_password
from .queries import ClientQuery, TombstoneQuery
from .records import Client, Group, Origin, Page, Secret, State, Tombstone
from .renderings import Renderings
from .replica import Replica
from .writes import Step, is_write
from .writing import Change, Upserted


class Store(Carrying):
    @classmethod
    def open(
        cls,
        url: str,
        makers: Makers | None = None,
        blobs: Blobs | None = None,
        buckets: Buckets | None = None,
        replica: Replica | None = None,
        *,
        renderings: Renderings | None = None,
    ) -> Self:
        """The store at a database URL, its schema brought up to date; without `blobs` it has no
        place for the bytes of documents, without `buckets` it counts calls for itself alone, and
        without `renderings` what was written once is kept by each thread for itself."""
        store = cls.at(url, makers, blobs, buckets, replica, renderings=renderings)
        try:
            store.upgrade()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def at(
        cls,
        url: str,
        makers: Makers | None = None,
        blobs: Blobs | None = None,
        buckets: Buckets | None = None,
        replica: Replica | None = None,
        *,
        renderings: Renderings | None = None,
    ) -> Self:
        """As `open`, with the schema that is there; the database need not be there yet."""
        return cls(open_engine(url), makers, blobs, buckets, replica, renderings=renderings)

    def status(self) -> DatabaseStatus:
        return self._read(schema.status)

    def upgrade(self) -> None:
        """Raises Unavailable for a schema that only a later gateway knows."""
        self._write_alone(schema.upgraded)

    def glance(self) -> Glance | None:
        """What this thread can be told at once; None where the database is elsewhere, or has a
        replica that shall answer."""
        if not hasattr(self._own, "glance"):
            self._own.glance = None if self.has_replica else Glance.of(self._engine)
        glance: Glance | None = self._own.glance
        return glance

    def close(self) -> None:
        if glance := self.glance():
            glance.close()
        self._group.close()
        self.renderings.close()
        self._engine.dispose()
        self._buckets.close()
        if self._replica is not None:
            self._replica.close()

    # Accounts and tokens

    def create_account(self, command: CreateAccount) -> Account:
        return self._write(accounts.inserted_account, command, self._makers)

    def account(self, name: str) -> Account:
        return self._read(accounts.account_by_name, name)

    def accounts(self) -> tuple[Account, ...]:
        return self._read(accounts.all_accounts)

    def set_password(self, name: str, password: str) -> Account:
        """The account's API password, which the final operations ask for."""
        return self._write(accounts.keep_password, name, hash_password(password))

    def is_password(self, account_id: int, password: str) -> bool:
        """False also when the account has no password."""
        hashed = self._read(accounts.password_hash, account_id)
        return hashed is not None and is_password(hashed, password)

    def create_token(self, command: CreateToken) -> tuple[Token, Secret]:
        """The token's record, and the token itself: this is the only time it can be seen."""
        return self._write(accounts.inserted_token, command, self._makers)

    def tokens(self) -> tuple[Token, ...]:
        return self._read(accounts.all_tokens)

    def revoke_token(self, token_id: int) -> Token:
        return self._write(accounts.revoked_token, token_id, self._makers)

    def access(self, dialect: str, token: str) -> Access | None:
        """What a token opens in a dialect; None when it is unknown, revoked or another's."""
        return self._read(accounts.access, dialect, token)

    def pour(self, token_id: int, rate: Rate) -> float:
        """Count a call of a token. Seconds until it may be made; 0.0 when it may be made now."""
        return self._buckets.pour(token_id, rate)

    @property
    def has_replica(self) -> bool:
        return self._replica is not None

    def pin(self, token_id: int) -> None:
        """Keep a token's reads with the primary for a while: it is going to write."""
        if self._replica is not None:
            precision = self._replica.pin / 4
            self._write(accounts.pinned, token_id, self._makers.clock(), precision)

    def may_lag(self, access: Access) -> bool:
        """Whether the reads of a token may be a little late. If so, lists and single clients can
        be asked for with `may_lag`."""
        if self._replica is None:
            return False
        return access.wrote_at is None or self._makers.clock() - access.wrote_at > self._replica.pin

    # Clients

    def client(self, account_id: int, key: ClientKey, *, may_lag: bool = False) -> Client:
        return self._read_late(may_lag, finding.found, account_id, key)

    def origins(self, account_id: int, key: ClientKey) -> tuple[Origin, ...]:
        """Where a client was imported from, by source and foreign id."""
        return self._read(finding.origins, account_id, key)

    def clients(
        self, account_id: int, query: ClientQuery, *, may_lag: bool = False
    ) -> Page[Client]:
        return self._read_late(may_lag, finding.listed, account_id, query)

    def newest_clients(
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
        return self._read_late(may_lag, finding.newest, account_id, query, after)

    def tombstones(
        self,
        account_id: int,
        query: TombstoneQuery,
        after: LiveKey | None = None,
        *,
        may_lag: bool = False,
    ) -> tuple[Tombstone, ...]:
        """Of the clients that are gone, in the order and with the cursor of `newest_clients`."""
        return self._read_late(may_lag, finding.newest_gone, account_id, query, after)

    def clients_by_serial(self, account_id: int, serials: Sequence[int]) -> dict[int, Client]:
        """Those that exist."""
        return self._read(finding.by_serials, account_id, serials)

    @is_write
    def create_client(self, account_id: int, command: CreateClient) -> Step[Client]:
        return lambda c: writing.created(c, account_id, [command], self._makers)[0]

    @is_write
    def create_clients(
        self, account_id: int, commands: Sequence[CreateClient]
    ) -> Step[tuple[Client, ...]]:
        """All of them or, when one cannot be created, none."""
        return lambda c: writing.created(c, account_id, commands, self._makers)

    @is_write
    def change_client(
        self, account_id: int, key: ClientKey, change: Change, expected: Expected = ANYTHING
    ) -> Step[Client]:
        """A change that changes nothing leaves version and times alone. Raises Locked for a
        deleted client, Stale, here as everywhere, for one that is not as expected."""
        makers = self._makers
        return lambda c: writing.changed_one(
            c, account_id, key, change, expected=expected, makers=makers
        )

    @is_write
    def upsert_client(
        self,
        account_id: int,
        key: LiveKey,
        change: Change,
        create: Callable[[], CreateClient],
        expected: Expected = ANYTHING,
    ) -> Step[Upserted]:
        """Change the client of the key or, when there is none, create what `create` returns.

        A uuid stays with its client: that of a deleted one raises NotFound and creates nothing.
        """
        makers = self._makers
        return lambda c: writing.upserted(
            c, account_id, key, change, create, expected=expected, makers=makers
        )

    @is_write
    def move_client(
        self, account_id: int, key: ClientKey, state: State, expected: Expected = ANYTHING
    ) -> Step[Client]:
        makers = self._makers
        return lambda c: writing.moved_one(
            c, account_id, key, state, expected=expected, makers=makers
        )

    def purge_client(self, account_id: int, key: ClientKey, expected: Expected = ANYTHING) -> None:
        """Remove a client and all that is its own, for good."""
        gone = self._write(writing.purged, account_id, key, expected, self._makers)
        self.discard(account_id, gone.documents)

    @is_write
    def merge_clients(
        self, account_id: int, key: ClientKey, other: ClientKey, expected: Expected = ANYTHING
    ) -> Step[Client]:
        """Move what `other` has to the client of the key, and remove `other` for good. Raises
        Invalid where both keys are of one client."""
        makers = self._makers
        return lambda c: writing.merged(c, account_id, key, other, expected=expected, makers=makers)

    @is_write
    def move_clients(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> Step[tuple[Client, ...]]:
        """All of them in one transaction, answered in the order of their serials."""
        return lambda c: writing.moved_all(c, account_id, serials, state, self._makers)

    @is_write
    def change_clients(
        self, account_id: int, serials: Sequence[int], change: Change
    ) -> Step[tuple[Client, ...]]:
        """The same decision for all of them, deleted ones too; otherwise as `move_clients`."""
        return lambda c: writing.changed_all(c, account_id, serials, change, self._makers)

    # Groups

    @is_write
    def create_group(self, account_id: int, command: CreateGroup) -> Step[Group]:
        return lambda c: groups.created(c, account_id, command, self._makers)

    @is_write
    def change_group(self, account_id: int, serial: int, command: ChangeGroup) -> Step[Group]:
        return lambda c: groups.changed(c, account_id, serial, command, self._makers)

    @is_write
    def move_groups(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> Step[tuple[Group, ...]]:
        """All of them in one transaction, in the order of their serials. Raises NotFound, and
        moves none, when one of them is missing."""
        return lambda c: groups.moved_all(c, account_id, serials, state, self._makers)

    def groups(self, account_id: int, query: GroupQuery) -> Page[Group]:
        return self._read(groups.listed, account_id, query)

    def groups_by_serial(self, account_id: int, serials: Sequence[int]) -> dict[int, Group]:
        """Those that exist."""
        return self._read(groups.by_serials, account_id, serials)
