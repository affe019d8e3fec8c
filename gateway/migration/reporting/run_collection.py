"""Collects what the report of a run tells from the store."""

from collections.abc import Iterable, Sequence

from dialects.base.dialect import Dialect
from gateway.migration.counterparts import Sides
from gateway.migration.link_keys import link_keys
from gateway.migration.live.agreed_digest import AgreedDigests, agreed_digests
from gateway.migration.live.service_choice import ServiceLabels
from gateway.migration.runs import client_label
from gateway.remote.request_checks import package_version
from storage import Account, Run, RunLine, Store

from .run_facts import RunFacts
from .run_report import RunReport, conflict_words, count_losses, findings_of, totals_rows

LIVE_VERBS = ("pull", "push")


class ReportCollector:
    """Collects the report of a run, in the words of the dialects."""

    def __init__(self, store: Store, account: Account, dialects: Sequence[Dialect]) -> None:
        self.store, self.account, self.dialects = store, account, dialects

    def collect(self, run: Run, lines: Iterable[RunLine]) -> RunReport:
        """Return the report of a run: its lines, its conflicts, and both sides as they are now."""
        store, account = self.store, self.account
        facts = RunFacts.of(store, run)
        findings = list(findings_of(lines, self.in_words))
        conflicts = [one for one in store.list_conflicts(account.id) if one.source == run.source]
        records = store.clients_by_serial(account.id, [one.client_serial for one in conflicts])
        names = {serial: client_label(record) for serial, record in records.items()}
        return RunReport(
            run=run,
            service=ServiceLabels(store).label_of(run),
            made_at=store.current_time(),
            gateway_version=package_version(),
            server_version=facts.server_version,
            counts=run.counts,
            totals=list(totals_rows(facts)),
            losses=count_losses(findings),
            findings=findings,
            conflicts=list(conflict_words(conflicts, names, self.in_words)),
            digests=self.digests_of(run) if run.verb in LIVE_VERBS else None,
        )

    def digests_of(self, run: Run) -> AgreedDigests:
        dialect = next(one for one in self.dialects if one.name == run.dialect)
        service = self.store.get_service(self.account.id, run.source)
        keys = link_keys(self.store, self.account, self.dialects, service)
        return agreed_digests(Sides(self.store, self.account, dialect, run.source, keys))

    def in_words(self, field: str, value: str) -> tuple[str, str]:
        """Say a field and its value in the words of the first dialect that has any for them."""
        for dialect in self.dialects:
            words = dialect.in_words(field, value)
            if words != (field, value):
                return words
        return field, value
