"""Store methods for runs."""

from collections.abc import Sequence

from storage.database.transactions import TransactionRunner
from storage.model.runs import Run, RunLine, RunState, StartRun

from . import reads as run_reads, writes as run_writes


class RunMethods(TransactionRunner):
    """The store's methods for runs."""

    def start_run(self, account_id: int, command: StartRun) -> Run:
        """Create a run in the state RUNNING."""
        return self._write(run_writes.start_run, account_id, command, self._generators)

    def resume_run(self, run_id: int, holder: str) -> Run:
        """Set a run to RUNNING again, with a new holder. Raises NotFound if there is none."""
        return self._write(run_writes.resume_run, run_id, holder, self._generators)

    def end_run(self, run_id: int, state: RunState, reason: str = "") -> Run:
        """Set the final state of a run. Raises NotFound if there is none."""
        return self._write(run_writes.end_run, run_id, state, reason, self._generators)

    def add_run_lines(self, run_id: int, lines: Sequence[RunLine]) -> None:
        """Append report lines to a run."""
        self._write(run_writes.add_lines, run_id, lines)

    def delete_idle_runs(self, account_id: int) -> int:
        """Delete the DONE runs of an account that did nothing and say nothing.

        The newest one of each kind stays. Returns their number.
        """
        return self._write(run_writes.delete_idle_runs, account_id)

    def get_run(self, run_id: int) -> Run:
        """Return a run. Raises NotFound if there is none."""
        return self._read(run_reads.get_run, run_id)

    def list_runs(self, account_id: int | None = None) -> tuple[Run, ...]:
        """List the runs of one account, or of all accounts, the newest first."""
        return self._read(run_reads.list_runs, account_id)

    def list_run_lines(
        self, run_id: int, *, kind: str | None = None, after: int = 0, limit: int = 1000
    ) -> tuple[tuple[int, RunLine], ...]:
        """List report lines with their places, those after the place `after`."""
        return self._read(run_reads.list_lines, run_id, kind, after, limit)
