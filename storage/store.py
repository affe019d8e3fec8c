"""The store: one method is one transaction. Commands and queries in, records out."""

from threading import local
from typing import Self

from sqlalchemy import Engine

from storage.accounts.methods import AccountMethods
from storage.accounts.rate_limiter import IN_MEMORY, RateLimiter
from storage.clients import writes as clients_writes
from storage.clients.methods import ClientMethods
from storage.database.engine_factory import open_engine
from storage.database.replica import Replica
from storage.documents.blob_store import BlobStore
from storage.documents.methods import DocumentMethods
from storage.groups.methods import GroupMethods
from storage.imports.methods import ImportMethods
from storage.migrations import upgrade as migrations_upgrade
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
        makers: Generators | None = None,
        blobs: BlobStore | None = None,
        buckets: RateLimiter | None = None,
        replica: Replica | None = None,
        *,
        renderings: RenderingCache | None = None,
    ) -> None:
        super().__init__(engine, makers, replica)
        self.renderings = renderings or RenderingCache(IN_MEMORY)
        self._blobs = blobs
        self._buckets = buckets or RateLimiter(IN_MEMORY)
        self._own = local()

    @classmethod
    def open(
        cls,
        url: str,
        makers: Generators | None = None,
        blobs: BlobStore | None = None,
        buckets: RateLimiter | None = None,
        replica: Replica | None = None,
        *,
        renderings: RenderingCache | None = None,
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
        makers: Generators | None = None,
        blobs: BlobStore | None = None,
        buckets: RateLimiter | None = None,
        replica: Replica | None = None,
        *,
        renderings: RenderingCache | None = None,
    ) -> Self:
        """As `open`, with the schema that is there; the database need not be there yet."""
        return cls(open_engine(url), makers, blobs, buckets, replica, renderings=renderings)

    def status(self) -> DatabaseStatus:
        return self._read(migrations_upgrade.database_status)

    def upgrade(self) -> None:
        """Raises Unavailable for a schema that only a later gateway knows."""
        self._write_alone(migrations_upgrade.upgrade_schema)

    def glance(self) -> SnapshotReader | None:
        """What this thread can be told at once; None where the database is elsewhere, or has a
        replica that shall answer."""
        if not hasattr(self._own, "glance"):
            self._own.glance = None if self.has_replica else SnapshotReader.of(self._engine)
        glance: SnapshotReader | None = self._own.glance
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

    def purge_client(
        self, account_id: int, key: ClientKey, expected: Precondition = NO_PRECONDITION
    ) -> None:
        """Remove a client and all that is its own, for good."""
        gone = self._write(clients_writes.purge_client, account_id, key, expected, self._makers)
        self.discard(account_id, gone.documents)
