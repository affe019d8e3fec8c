"""The store: commands and queries go in, records come out. Each method is one transaction."""

from datetime import datetime
from threading import local
from typing import Self

from sqlalchemy import Engine

from storage.accounts.methods import AccountMethods
from storage.accounts.rate_limiter import IN_MEMORY, RateLimiter
from storage.clients import removals
from storage.clients.methods import ClientMethods
from storage.conflicts.methods import ConflictMethods
from storage.database.engine_factory import open_engine
from storage.database.replica import Replica
from storage.database.write_methods import Step, write_method
from storage.documents.blob_store import BlobStore
from storage.documents.methods import DocumentMethods
from storage.groups.methods import GroupMethods
from storage.idempotency.methods import IdempotencyMethods
from storage.imports.link_methods import LinkMethods
from storage.imports.methods import ImportMethods
from storage.migrations import upgrade as migration_upgrade
from storage.mirrors.methods import MirrorMethods
from storage.model.accounts import DatabaseStatus
from storage.model.commands import ClientKey
from storage.model.generators import Generators
from storage.model.preconditions import NO_PRECONDITION, Precondition
from storage.read_cache.rendering_cache import RenderingCache
from storage.read_cache.snapshot_reader import SnapshotReader
from storage.runs.methods import RunMethods


class Store(
    AccountMethods,
    ClientMethods,
    ConflictMethods,
    GroupMethods,
    DocumentMethods,
    IdempotencyMethods,
    ImportMethods,
    LinkMethods,
    MirrorMethods,
    RunMethods,
):
    """The store of clients in one database. A method that returns records is one transaction."""

    def __init__(
        self,
        engine: Engine,
        generators: Generators | None = None,
        blobs: BlobStore | None = None,
        rate_limiter: RateLimiter | None = None,
        replica: Replica | None = None,
        *,
        renderings: RenderingCache | None = None,
    ) -> None:
        super().__init__(engine, generators, replica)
        self.renderings = renderings or RenderingCache(IN_MEMORY)
        self._blobs = blobs
        self._rate_limiter = rate_limiter or RateLimiter(IN_MEMORY)
        self._thread_local = local()

    @classmethod
    def open(
        cls,
        url: str,
        generators: Generators | None = None,
        blobs: BlobStore | None = None,
        rate_limiter: RateLimiter | None = None,
        replica: Replica | None = None,
        *,
        renderings: RenderingCache | None = None,
    ) -> Self:
        """Open the store at a database URL and upgrade its schema.

        Without `blobs` the store cannot hold the bytes of documents. Without `rate_limiter` it
        counts the calls of this store only. Without `renderings` each thread caches the JSON of
        clients in its own memory. Raises Unavailable if the schema is newer than this gateway.
        """
        store = cls.at(url, generators, blobs, rate_limiter, replica, renderings=renderings)
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
        generators: Generators | None = None,
        blobs: BlobStore | None = None,
        rate_limiter: RateLimiter | None = None,
        replica: Replica | None = None,
        *,
        renderings: RenderingCache | None = None,
    ) -> Self:
        """Return the store at a database URL, like `open`, but without a schema upgrade.

        It does not connect: the database need not exist yet.
        """
        return cls(
            open_engine(url), generators, blobs, rate_limiter, replica, renderings=renderings
        )

    def expect_file(self, identity: str) -> None:
        """Use no other SQLite file than the one that `file_identity` gave this text for."""
        if self._database_file is not None:
            self._database_file.expect(identity)

    def status(self) -> DatabaseStatus:
        """Return the engine and the schema revision of the database."""
        return self._read(migration_upgrade.database_status)

    def has_newest_schema(self) -> bool:
        """Return whether the schema is the one that this gateway needs."""
        return self._read(migration_upgrade.has_newest_schema)

    @write_method
    def probe_write(self) -> Step[None]:
        """Commit a write that changes no record. Raises Unavailable if that is not possible."""
        return migration_upgrade.probe_write

    def current_time(self) -> datetime:
        """Return the time of the store's clock."""
        return self._generators.clock()

    def upgrade(self) -> None:
        """Upgrade the schema to the newest revision.

        Raises Unavailable if the schema is newer than this gateway.
        """
        self._write_exclusive(migration_upgrade.upgrade_schema)

    def snapshot_reader(self) -> SnapshotReader | None:
        """Return this thread's reader for reads that need no transaction.

        None if the database is not a local file, or if a read replica should answer instead.
        """
        if not hasattr(self._thread_local, "snapshot_reader"):
            self._thread_local.snapshot_reader = (
                None if self.has_replica else SnapshotReader.of(self._engine, self._database_file)
            )
        reader: SnapshotReader | None = self._thread_local.snapshot_reader
        return reader

    def close(self) -> None:
        """Close the connections, caches and threads of the store."""
        if reader := self.snapshot_reader():
            reader.close()
        self._group_commit.close()
        self.renderings.close()
        self._engine.dispose()
        if self._database_file is not None:
            self._database_file.forget()
        self._rate_limiter.close()
        if self._replica is not None:
            self._replica.close()

    def purge_client(
        self, account_id: int, key: ClientKey, precondition: Precondition = NO_PRECONDITION
    ) -> None:
        """Delete a client permanently, with its contacts, origins, documents and their bytes.

        Raises NotFound if there is no client, Stale if it does not meet the precondition.
        """
        purged_client = self._write(
            removals.purge_client, account_id, key, precondition, self._generators
        )
        self.delete_blobs(account_id, purged_client.documents)
