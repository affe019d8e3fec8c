"""A glance at an embedded database: what plain reads ask, told at once.

A look-up in a local file by a key takes less time than handing it to a thread. A glance answers
in the thread that asks, or not at all: it waits for nobody, and whatever is not as simple as it
seems is left to the store's own methods, whose answers are the same.
"""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Engine, Select, bindparam, literal_column, select, tuple_

from storage.accounts.tokens import SELECT_ACCESS, access_from_row, token_digest
from storage.clients.filters import is_live
from storage.database.fast_sql.compiled import CompiledStatement
from storage.indexes.block_counts import BlockCounts, select_blocks
from storage.model.accounts import Access
from storage.model.commands import ClientKey, LiveKey
from storage.rules.validation import is_storable
from storage.schema.tables import CLIENT

from .sqlite_reader import SqliteReader

MOST_BYTES = 16 * 2**20
"""What is remembered at most: enough for the busy pages, little beside a worker's own memory."""


class ClientVersion(NamedTuple):
    """A client in one of its versions: what was written of an edition is true for ever."""

    serial: int
    version: int


class ClientVersions(NamedTuple):
    """What a query found; `total` how many there are beyond its window, where that is asked."""

    versions: Sequence[ClientVersion]
    total: int = 0

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]], total: int = 0) -> Self:
        return cls(list(map(ClientVersion._make, rows)), total)


class SnapshotCache:
    """What is known for now; when it gets too much, all of it is forgotten."""

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}
        self._bytes = 0

    def get(self, key: Hashable) -> Any:
        return self._values.get(key)

    def put(self, key: Hashable, value: Any, size: int) -> None:
        if self._bytes + size > MOST_BYTES:
            self.clear()
        self._values[key] = value
        self._bytes += size

    def clear(self) -> None:
        self._values.clear()
        self._bytes = 0


class SnapshotReader:
    """For one thread. A method answers None where the store has to be asked, as of a moment that
    is not before `now`; `memory` is the callers' own, for what they made of the answers."""

    def __init__(self, path: str) -> None:
        self._reader = SqliteReader(path)
        self.cache = SnapshotCache()
        self.data_version: int | None = None
        """What `moment` said last: what is in the memory is of that moment."""

    @classmethod
    def of(cls, engine: Engine) -> "SnapshotReader | None":
        """None for a database that is not a file of this machine."""
        path = engine.url.database
        is_file = engine.dialect.name == "sqlite" and path not in {None, "", ":memory:"}
        return cls(str(path)) if is_file else None

    def refresh(self) -> int | None:
        """A number that is another one as soon as anybody has committed anything."""
        moment = self._reader.data_version()
        if moment != self.data_version:
            self.cache.clear()
            self.data_version = moment
        return moment

    def find_access(self, dialect: str, token: str) -> Access | None:
        """Also None for an unknown token: nobody can fill the memory with those."""
        key = dialect, token_digest(token)
        known: Access | None = self.cache.get(key)
        if known is None:
            rows = self._reader.fetch(ACCESS, key[1], dialect)
            if not rows:
                return None
            known = access_from_row(rows[0])
            self.cache.put(key, known, SMALL)
        return known

    def find_client(self, account_id: int, key: ClientKey) -> ClientVersions | None:
        for compiled, value in key_lookups(key):
            rows = self._reader.fetch(compiled, account_id, value)
            if rows:
                return ClientVersions.of(rows, total=1)
        return None

    def list_page(self, account_id: int, offset: int, limit: int) -> ClientVersions | None:
        """Of all clients by serial: a list without any condition."""
        before, block_counts = self.data_version, self._block_counts(account_id)
        place = block_counts.locate(offset) if block_counts else None
        if block_counts is None or place is None:
            return None
        rows = self._reader.fetch(PAGE, account_id, place[0], limit, place[1])
        # The total and the page have to be of one moment.
        return (
            ClientVersions.of(rows, block_counts.total)
            if rows and self.refresh() == before
            else None
        )

    def list_newest(
        self, account_id: int, limit: int, after: LiveKey | None
    ) -> ClientVersions | None:
        """Of all that live, from just behind the client `after`; None when that one is gone."""
        if after is None:
            rows = self._reader.fetch(NEWEST, account_id, limit)
        else:
            place = self._reader.fetch(PLACE, account_id, after.uuid) if after.uuid else None
            if not place:
                return None
            rows = self._reader.fetch(NEWEST_AFTER, account_id, *place[0], limit)
        return None if rows is None else ClientVersions.of(rows)

    def close(self) -> None:
        self._reader.close()

    def _block_counts(self, account_id: int) -> BlockCounts | None:
        key = "blocks", account_id
        known: BlockCounts | None = self.cache.get(key)
        if known is None:
            rows = self._reader.fetch(BLOCKS, account_id)
            if not rows:
                return None
            known = BlockCounts.from_rows(rows)
            self.cache.put(key, known, SMALL * len(rows))
        return known


def key_lookups(key: ClientKey) -> list[tuple[CompiledStatement, Any]]:
    """By a uuid first, as the store does; what no database can hold is in none."""
    match key:
        case int():
            return [(BY_SERIAL, key)] if is_storable(key) else []
        case LiveKey(uuid=None, external_id=text):
            return [(BY_EXTERNAL_ID, text)] if is_storable(text) else []
        case LiveKey(uuid=uuid, external_id=text):
            return [(BY_UUID, uuid), (BY_EXTERNAL_ID, text)]


def select_versions(*conditions: ColumnElement[bool]) -> Select[Any]:
    own = CLIENT.c.account_id == bindparam("account_id")
    return select(CLIENT.c.serial, CLIENT.c.version).where(own, *conditions)


def select_newest_versions(*conditions: ColumnElement[bool]) -> Select[Any]:
    order = CLIENT.c.created_at.desc(), CLIENT.c.serial.desc()
    found = select_versions(is_live(), *conditions).order_by(*order)
    # Without an offset it would be one parameter more.
    return found.limit(bindparam("limit")).offset(literal_column("0"))


SMALL = 256
"""Bytes that a small thing in the memory counts for."""

ACCESS = CompiledStatement(SELECT_ACCESS)
BLOCKS = CompiledStatement(select_blocks())
BY_SERIAL = CompiledStatement(
    select_versions(CLIENT.c.serial == bindparam("serial")), by="ix_client_edition"
)
BY_UUID = CompiledStatement(
    select_versions(CLIENT.c.uuid == bindparam("uuid"), is_live()), by="ix_client_uuid_edition"
)
BY_EXTERNAL_ID = CompiledStatement(
    select_versions(CLIENT.c.external_id == bindparam("external_id"), is_live())
)
PAGE = CompiledStatement(
    select_versions(CLIENT.c.serial >= bindparam("first"))
    .order_by(CLIENT.c.serial)
    .limit(bindparam("limit"))
    .offset(bindparam("passed"))
)
NEWEST = CompiledStatement(select_newest_versions())
PLACE = CompiledStatement(
    select(CLIENT.c.created_at, CLIENT.c.serial).where(
        CLIENT.c.account_id == bindparam("account_id"),
        CLIENT.c.uuid == bindparam("uuid"),
        is_live(),
    ),
    by="ix_client_uuid_edition",
)
STANDING = tuple_(CLIENT.c.created_at, CLIENT.c.serial)
BEFORE = tuple_(
    bindparam("created_at", type_=CLIENT.c.created_at.type),
    bindparam("serial", type_=CLIENT.c.serial.type),
)
NEWEST_AFTER = CompiledStatement(select_newest_versions(STANDING < BEFORE))
