"""The store: one method is one transaction. Commands and queries in, records out."""

from threading import local
from typing import Self

from sqlalchemy import Engine

from storage.accounts.methods import AccountMethods
from storage.accounts.rate_limiter import IN_MEMORY, RateLimiter
from storage.clients import writes as client_writes
from storage.clients.methods import ClientMethods
from storage.database.engine_factory import open_engine
from storage.database.replica import Replica
from storage.documents.blob_store import BlobStore
from storage.documents.methods import DocumentMethods
from storage.groups.methods import GroupMethods
from storage.imports.methods import ImportMethods
from storage.migrations import upgrade as migration_upgrade
from storage.model.accounts import DatabaseStatus
from storage.model.commands import ClientKey
from storage.model.generators import Generators
from storage.model.preconditions import NO_PRECONDITION, Precondition
from storage.read_cache.rendering_cache import RenderingCache
from storage.read_cache.snapshot_reader import SnapshotReader
from storage.runs.methods import RunMethods


class Store(
    AccountMethods, ClientMethods, GroupMethods, DocumentMethods, ImportMethods, RunMethods
):
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
        """The store at a database URL, its schema brought up to date; without `blobs` it has no
        place for the bytes of documents, without `buckets` it counts calls for itself alone, and
        without `renderings` what was written once is kept by each thread for itself."""
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
        """As `open`, with the schema that is there; the database need not be there yet."""
        return cls(
            open_engine(url), generators, blobs, rate_limiter, replica, renderings=renderings
        )

    def status(self) -> DatabaseStatus:
        return self._read(migration_upgrade.database_status)

    def upgrade(self) -> None:
        """Raises Unavailable for a schema that only a later gateway knows."""
        self._write_exclusive(migration_upgrade.upgrade_schema)

    def snapshot_reader(self) -> SnapshotReader | None:
        """What this thread can be told at once; None where the database is elsewhere, or has a
        replica that shall answer."""
        if not hasattr(self._thread_local, "glance"):
            self._thread_local.glance = (
                None if self.has_replica else SnapshotReader.of(self._engine)
            )
        reader: SnapshotReader | None = self._thread_local.glance
        return reader

    def close(self) -> None:
        if reader := self.snapshot_reader():
            reader.close()
        self._group_commit.close()
        self.renderings.close()
        self._engine.dispose()
        self._rate_limiter.close()
        if self._replica is not None:
            self._replica.close()

    def purge_client(
        self, account_id: int, key: ClientKey, precondition: Precondition = NO_PRECONDITION
    ) -> None:
        """Remove a client and all that is its own, for good."""
        gone = self._write(
            client_writes.purge_client, account_id, key, precondition, self._generators
        )
        self.delete_blobs(account_id, gone.documents)
