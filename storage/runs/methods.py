"""The store's methods about runs."""

from storage.database.transactions import TransactionRunner
from storage.model.runs import LineTotal, Run, RunLine, RunState, StartRun

from . import reads as run_reads, writes as run_writes


class RunMethods(TransactionRunner):
    def start_run(self, account_id: int, command: StartRun) -> Run:
        return self._write(run_writes.start_run, account_id, command, self._generators)

    def resume_run(self, run_id: int, holder: str) -> Run:
        return self._write(run_writes.resume_run, run_id, holder, self._generators)

    def end_run(self, run_id: int, state: RunState, reason: str = "") -> Run:
        return self._write(run_writes.end_run, run_id, state, reason, self._generators)

    def get_run(self, run_id: int) -> Run:
        return self._read(run_reads.get_run, run_id)

    def list_runs(self, account_id: int | None = None) -> tuple[Run, ...]:
        """The newest first, of one account or of all."""
        return self._read(run_reads.list_runs, account_id)

    def list_run_lines(
        self, run_id: int, *, kind: str | None = None, after: int = 0, limit: int = 1000
    ) -> tuple[tuple[int, RunLine], ...]:
        """Lines with their places, from just behind a place on."""
        return self._read(run_reads.list_lines, run_id, kind, after, limit)

    def run_totals(self, run_id: int) -> tuple[LineTotal, ...]:
        return self._read(run_reads.count_lines, run_id)
