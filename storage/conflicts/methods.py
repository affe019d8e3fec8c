"""Store methods for conflicts."""

from storage.database.transactions import TransactionRunner
from storage.model.conflicts import ConflictState, FieldConflict

from . import reads as conflict_reads


class ConflictMethods(TransactionRunner):
    """The store's methods for conflicts between clients here and at services."""

    def list_conflicts(
        self, account_id: int, state: ConflictState | None = None
    ) -> tuple[FieldConflict, ...]:
        """List the conflicts of an account, or only those in a state, the oldest first."""
        return self._read(conflict_reads.list_conflicts, account_id, state)

    def get_conflict(self, account_id: int, conflict_id: int) -> FieldConflict:
        """Return a conflict. Raises NotFound if the account has none with this id."""
        return self._read(conflict_reads.get_conflict, account_id, conflict_id)
