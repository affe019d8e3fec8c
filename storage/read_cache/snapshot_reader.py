"""Reads a local SQLite file without a transaction, in the thread of the caller.

A look-up by key in a local file takes less time than handing it to a thread of a pool. So these
reads run directly in the event loop. They must never wait:

1. `refresh` reads SQLite's data version. If it has changed since the last `refresh`, another
   connection has committed, and the snapshot cache is cleared.
2. A read looks into the snapshot cache first: tokens and block counts are there. Otherwise it runs
   compiled statements, which an index answers. It never waits for a lock.
3. `list_page` combines the cached block counts with rows of the file. At its end it reads the data
   version again, and gives no answer if that has changed.
4. A read returns None if it has no answer: a lock, an error, an unknown key, a case that is not
   simple. The caller then asks the store's own methods.

At the end: an answer is the same as that of the store's methods, as of the last `refresh` or later.
A read returns without waiting and writes nothing.
"""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Engine, Select, bindparam, literal_column, select, tuple_

from storage.accounts.tokens import SELECT_ACCESS, access_from_row, token_digest
from storage.clients.filters import is_live
from storage.database.database_file import DatabaseFile
from storage.database.fast_sql.compiled import CompiledStatement
from storage.indexes.block_counts import BlockCounts, select_blocks
from storage.model.accounts import Access
from storage.model.commands import ClientKey, LiveKey
from storage.rules.validation import is_storable
from storage.schema.tables import CLIENT

from .sqlite_reader import SqliteReader

MAX_CACHE_BYTES = 16 * 2**20
"""Size of the snapshot cache: enough for the pages that are read often, little beside the memory of
a worker."""


class ClientVersion(NamedTuple):
    """The serial and the version of a client. The content of a version never changes."""

    serial: int
    version: int


class ClientVersions(NamedTuple):
    """The client versions of one page. `total`: the number of clients without the page's limits.

    `total` is 0 where the caller does not need it.
    """

    versions: Sequence[ClientVersion]
    total: int = 0

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]], total: int = 0) -> Self:
        """Make client versions from rows of serial and version."""
        return cls(list(map(ClientVersion._make, rows)), total)


class SnapshotCache:
    """Values read at the current data version. Cleared when it would exceed `MAX_CACHE_BYTES`."""

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}
        self._bytes = 0

    def get(self, key: Hashable) -> Any:
        return self._values.get(key)

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Add a value that counts for `size` bytes."""
        if self._bytes + size > MAX_CACHE_BYTES:
            self.clear()
        self._values[key] = value
        self._bytes += size

    def clear(self) -> None:
        self._values.clear()
        self._bytes = 0


class SnapshotReader:
    """A reader of a local SQLite file, for one thread.

    A method returns None if the store must answer. Answers are as of `data_version` or later.
    `cache`: callers also put there what they make of the answers.
    """

    def __init__(self, path: str, database_file: DatabaseFile) -> None:
        self._reader = SqliteReader(path)
        self._database_file = database_file
        self.cache = SnapshotCache()
        self.data_version: int | None = None
        """What `refresh` returned last. The values in the cache are of this data version."""

    @classmethod
    def of(cls, engine: Engine, database_file: DatabaseFile | None) -> "SnapshotReader | None":
        """Make a reader for the engine of a local SQLite file; None for any other engine."""
        return cls(str(engine.url.database), database_file) if database_file else None

    def refresh(self) -> int | None:
        """Return SQLite's data version, and clear the cache if it has changed.

        It changes with each commit. None: the database is locked, has an error, or its file is no
        longer in its place.
        """
        is_in_place = self._database_file.is_in_place()
        current_version = self._reader.data_version() if is_in_place else None
        if current_version != self.data_version:
            self.cache.clear()
            self.data_version = current_version
        return current_version

    def find_access(self, dialect: str, token: str) -> Access | None:
        """Find what a token gives access to in a dialect, or None.

        Unknown tokens are not cached: otherwise requests with random tokens would fill the cache.
        """
        key = dialect, token_digest(token)
        access: Access | None = self.cache.get(key)
        if access is None:
            rows = self._reader.fetch(ACCESS_QUERY, key[1], dialect)
            if not rows:
                return None
            access = access_from_row(rows[0])
            self.cache.put(key, access, ENTRY_BYTES)
        return access

    def find_client(self, account_id: int, key: ClientKey) -> ClientVersions | None:
        """Find the current version of a client by its key."""
        for compiled, value in key_lookups(key):
            rows = self._reader.fetch(compiled, account_id, value)
            if rows:
                return ClientVersions.of(rows, total=1)
        return None

    def list_page(self, account_id: int, offset: int, limit: int) -> ClientVersions | None:
        """List a page of all clients in the order of their serials, without any filter."""
        version_before, block_counts = self.data_version, self._block_counts(account_id)
        start = block_counts.locate(offset) if block_counts else None
        if block_counts is None or start is None:
            return None
        first_serial, skipped = start
        rows = self._reader.fetch(PAGE_QUERY, account_id, first_serial, limit, skipped)
        # The total and the page must be of the same data version.
        if not rows or self.refresh() != version_before:
            return None
        return ClientVersions.of(rows, block_counts.total)

    def list_newest(
        self, account_id: int, limit: int, after: LiveKey | None
    ) -> ClientVersions | None:
        """List clients that are not deleted, newest first, from just behind the client `after`.

        None also if the client `after` is deleted or unknown.
        """
        if after is None:
            rows = self._reader.fetch(NEWEST_QUERY, account_id, limit)
        else:
            cursor = (
                self._reader.fetch(CURSOR_QUERY, account_id, after.uuid) if after.uuid else None
            )
            if not cursor:
                return None
            rows = self._reader.fetch(NEWEST_AFTER_QUERY, account_id, *cursor[0], limit)
        return None if rows is None else ClientVersions.of(rows)

    def close(self) -> None:
        self._reader.close()

    def _block_counts(self, account_id: int) -> BlockCounts | None:
        key = "blocks", account_id
        block_counts: BlockCounts | None = self.cache.get(key)
        if block_counts is None:
            rows = self._reader.fetch(BLOCKS_QUERY, account_id)
            if not rows:
                return None
            block_counts = BlockCounts.from_rows(rows)
            self.cache.put(key, block_counts, ENTRY_BYTES * len(rows))
        return block_counts


def key_lookups(key: ClientKey) -> list[tuple[CompiledStatement, Any]]:
    """Return the statements that look up a key, in order, each with its parameter.

    The uuid comes first, as in the store. A value that no database can store is not looked up.
    """
    match key:
        case int():
            return [(SERIAL_QUERY, key)] if is_storable(key) else []
        case LiveKey(uuid=None, external_id=text):
            return [(EXTERNAL_ID_QUERY, text)] if is_storable(text) else []
        case LiveKey(uuid=uuid, external_id=text):
            return [(UUID_QUERY, uuid), (EXTERNAL_ID_QUERY, text)]


def select_versions(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Select serial and version of an account's clients under some conditions."""
    in_account = CLIENT.c.account_id == bindparam("account_id")
    return select(CLIENT.c.serial, CLIENT.c.version).where(in_account, *conditions)


def select_newest_versions(*conditions: ColumnElement[bool]) -> Select[Any]:
    order = CLIENT.c.created_at.desc(), CLIENT.c.serial.desc()
    statement = select_versions(is_live(), *conditions).order_by(*order)
    # With a literal offset; without one, the statement would have one more parameter.
    return statement.limit(bindparam("limit")).offset(literal_column("0"))


ENTRY_BYTES = 256
"""Bytes that a small value in the cache counts for."""

ACCESS_QUERY = CompiledStatement(SELECT_ACCESS)
BLOCKS_QUERY = CompiledStatement(select_blocks())
SERIAL_QUERY = CompiledStatement(
    select_versions(CLIENT.c.serial == bindparam("serial")), index="ix_client_edition"
)
UUID_QUERY = CompiledStatement(
    select_versions(CLIENT.c.uuid == bindparam("uuid"), is_live()), index="ix_client_uuid_edition"
)
EXTERNAL_ID_QUERY = CompiledStatement(
    select_versions(CLIENT.c.external_id == bindparam("external_id"), is_live())
)
PAGE_QUERY = CompiledStatement(
    select_versions(CLIENT.c.serial >= bindparam("first"))
    .order_by(CLIENT.c.serial)
    .limit(bindparam("limit"))
    .offset(bindparam("passed"))
)
NEWEST_QUERY = CompiledStatement(select_newest_versions())
CURSOR_QUERY = CompiledStatement(
    select(CLIENT.c.created_at, CLIENT.c.serial).where(
        CLIENT.c.account_id == bindparam("account_id"),
        CLIENT.c.uuid == bindparam("uuid"),
        is_live(),
    ),
    index="ix_client_uuid_edition",
)
SORT_KEY = tuple_(CLIENT.c.created_at, CLIENT.c.serial)
CURSOR = tuple_(
    bindparam("created_at", type_=CLIENT.c.created_at.type),
    bindparam("serial", type_=CLIENT.c.serial.type),
)
NEWEST_AFTER_QUERY = CompiledStatement(select_newest_versions(SORT_KEY < CURSOR))
