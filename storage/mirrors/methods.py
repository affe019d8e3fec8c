"""Store methods for mirrors."""

from collections.abc import Sequence
from datetime import datetime

from storage.database.transactions import TransactionRunner
from storage.model.runs import Mirror, MirroredService, MirrorReport, MirrorState

from . import reads as mirror_reads, writes as mirror_writes


class MirrorMethods(TransactionRunner):
    """The store's methods for mirrors."""

    def create_mirror(self, account_id: int, services: Sequence[MirroredService]) -> Mirror:
        """Create a mirror that is preparing; one that was stopped begins anew.

        Raises Conflict if the account has one that is not stopped.
        """
        now = self._generators.clock()
        return self._write(mirror_writes.create_mirror, account_id, services, now)

    def get_mirror(self, account_id: int) -> Mirror:
        """Return the mirror of an account. Raises NotFound if it has none."""
        return self._read(mirror_reads.get_mirror, account_id)

    def set_mirror_state(self, account_id: int, state: MirrorState, reason: str = "") -> Mirror:
        """Set the state of a mirror. Raises NotFound if the account has none."""
        now = self._generators.clock()
        return self._write(mirror_writes.set_state, account_id, state, reason, now)

    def set_main_side(self, account_id: int, dialect: str) -> Mirror:
        """Note that an account has been cut over to the side of a dialect."""
        now = self._generators.clock()
        return self._write(mirror_writes.set_main_side, account_id, dialect, now)

    def lease_mirror(self, account_id: int, holder: str, until: datetime) -> bool:
        """Lease a mirror to a process; return whether it has the lease now."""
        now = self._generators.clock()
        return self._write(mirror_writes.lease, account_id, holder, now, until)

    def save_mirror_report(self, account_id: int, report: MirrorReport) -> None:
        """Save what the last cycle did. Raises NotFound if the account has no mirror."""
        now = self._generators.clock()
        self._write(mirror_writes.save_report, account_id, report, now)
