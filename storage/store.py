"""The store: one method is one transaction. Commands and queries in, records out."""

from typing import Self

from storage.accounts.methods import AccountMethods
from storage.accounts.rate_limiter import Buckets
from storage.clients import writes as clients_writes
from storage.clients.methods import ClientMethods
from storage.database.engine_factory import open_engine
from storage.database.replica import Replica
from storage.documents.blob_store import Blobs
from storage.groups.methods import GroupMethods
from storage.imports.methods import Carrying
from storage.migrations import upgrade as migrations_upgrade
from storage.model.accounts import DatabaseStatus
from storage.model.commands import ClientKey
from storage.model.generators import Makers
from storage.model.preconditions import ANYTHING, Expected
from storage.read_cache.rendering_cache import Renderings
from storage.read_cache.snapshot_reader import Glance


class Store(AccountMethods, ClientMethods, GroupMethods, Carrying):
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
        return self._read(migrations_upgrade.status)

    def upgrade(self) -> None:
        """Raises Unavailable for a schema that only a later gateway knows."""
        self._write_alone(migrations_upgrade.upgraded)

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

    def purge_client(self, account_id: int, key: ClientKey, expected: Expected = ANYTHING) -> None:
        """Remove a client and all that is its own, for good."""
        gone = self._write(clients_writes.purged, account_id, key, expected, self._makers)
        self.discard(account_id, gone.documents)
