"""Push from the store into a live service, client by client. A second push writes nothing.

How it works:

1. The survey reads the list of the service: all clients at first, later those that have changed
   since the last complete survey. A client there that is known here and has no link gets one, which
   notes what both sides show. If the two agree, it has the version of the client here, and so says
   that they are in step.
2. A client whose link has its present version is unchanged. It is only counted: it costs neither a
   request nor a read of its row.
3. The other clients are read by serial. For each, `ClientPusher` fetches the counterpart,
   reconciles the two, and tells the service what has changed here. A client is deleted there only
   if the options allow it.
4. A client there that was merged into another here is deleted there, if the options allow it.
5. After each client that was written or has report lines, its link, the lines and the serial are
   saved in one transaction; after each batch the serial is. A resumed push surveys again, and goes
   on behind that serial.
6. A dry run does the same without write requests. Its links and lines are in memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from threading import Lock

import msgspec
from msgspec import structs

from gateway.migration.agreements import Counterpart, linked
from gateway.migration.failures import TooManyChanges, UnmatchedClients
from gateway.migration.outcomes import Counts
from gateway.migration.runs import (
    OVERLAP,
    ReportProgress,
    leave_ids_to,
    start_run,
)
from gateway.remote.http_client import HttpClient
from storage import (
    MAX_INTEGER,
    Client,
    ClientLink,
    FoundConflicts,
    GroupConflict,
    Origin,
    Run,
    RunLine,
    RunProgress,
)

from ..adopted_ids import adopt_linked_ids
from ..list_scan import ListScan, ScannedPage, SeenIds, start_position
from ..match import iter_unlinked
from .in_flight import call_for_each
from .push_client import ClientPusher, PushOutcome
from .push_plan import Progress, Push

PUSH_BATCH_SIZE = 200
"""Clients of the store that are read at a time."""


class PushRun:
    """One push: its progress, its counts, and for a dry run its report lines and links."""

    def __init__(self, plan: Push, service: HttpClient) -> None:
        self.plan = plan
        self.sides = plan.sides
        self.service = service
        self.pusher = ClientPusher(plan.sides, service, plan.push_options, self.refuse_too_many)
        self.run: Run | None = None
        self.progress = Progress()
        self.counts: Counts = {}
        self.lines: list[RunLine] = []
        """The report lines of a dry run. Those of a run are in the store."""
        self.links: dict[int, Origin] = {}
        """The links that a dry run would have saved."""
        self.unmatched = 0
        """The clients of the service that are not known here."""
        self.new_with_files = (0, 0)
        """The clients with documents that a dry run would have created, and their documents."""
        self.begun_writes = 0
        """The writes of clients so far, those under way too."""
        self.lock = Lock()

    def start(self, interrupted: Run | None) -> Run:
        """Start the run of the push in the store, or resume it."""
        store, account = self.sides.store, self.sides.account
        self.run = start_run(store, account, self.plan.command, interrupted)
        leave_ids_to(self.sides.dialect, store, account)
        return self.run

    def pages(self) -> Iterator[ScannedPage]:
        """Yield the pages of the survey."""
        since = self.progress.surveyed
        remote = self.sides.dialect.remote
        start = start_position(remote.list_request(since - OVERLAP if since else None))
        with closing(SeenIds()) as seen:
            yield from ListScan(self.service, remote, start, seen).pages()

    def survey_remote(
        self,
        first_page: ScannedPage,
        other_pages: Iterator[ScannedPage],
        report_progress: ReportProgress,
    ) -> None:
        """Link the clients of the service to their counterparts here."""
        page: ScannedPage | None = first_page
        while page is not None:
            self.save_progress(list(self.links_of_page(page)), ())
            report_progress(page.position.read, page.position.total)
            next_page = next(other_pages, None)
            if next_page is None:
                began = page.position.began
                self.progress = structs.replace(self.progress, surveyed=began)
            page = next_page

    def links_of_page(self, page: ScannedPage) -> Iterator[ClientLink]:
        """Yield a link for each client of a page that is known here and is not in step yet."""
        pairs = list(self.sides.pair_objects(page.objects))
        self.unmatched += sum(pair.record is None for pair in pairs)
        known = self.known_origins([pair.record for pair in pairs if pair.record is not None])
        for pair in pairs:
            record = pair.record
            link = known.get(record.serial) if record else None
            if record is None or (link is not None and link.version == record.version):
                continue
            origin = self.sides.make_origin(pair.parsed)
            compared = self.sides.compare(record, Counterpart(pair.raw, origin, link))
            pending = compared.reconcile(None)
            if link is None or not pending.groups:
                base = compared.base_after(record, pending)
                yield ClientLink(record.serial, linked(origin, record, base, pending))

    def refuse_unmatched(self) -> None:
        """Raise UnmatchedClients if there are clients on both sides that are not linked."""
        ours = sum(record.serial not in self.links for record in iter_unlinked(self.sides))
        if self.unmatched and ours:
            name = self.sides.dialect.name
            raise UnmatchedClients(
                f"{self.unmatched} clients there and {ours} here are not known to be the same or"
                f" different people: `gateway match {name}` compares them;"
                " --without-match pushes ours beside theirs"
            )

    def push_clients(self, report_progress: ReportProgress) -> None:
        """Push the clients that are still to be pushed, by serial; count those in step."""
        store, account, source = self.sides.store, self.sides.account, self.sides.source
        while records := store.clients_out_of_step(
            account.id, source, after=self.progress.serial, limit=PUSH_BATCH_SIZE
        ):
            self.push_batch(records)
            self.save_progress((), ())
            report_progress(self.counts.get("read", 0), None)
        self.count_in_step(self.number_between(self.progress.serial, MAX_INTEGER))
        self.progress = structs.replace(self.progress, serial=MAX_INTEGER)
        self.save_progress((), ())

    def push_batch(self, records: Sequence[Client]) -> None:
        """Push clients, several at once, and save their outcomes in the order of their serials."""
        origins = self.known_origins(records)
        # Counted before: a client that is pushed can get another serial.
        serials = [self.progress.serial, *(record.serial for record in records)]
        in_step = {last: self.number_between(after, last) for after, last in pairwise(serials)}

        def push_one(record: Client) -> PushOutcome:
            return self.pusher.push(record, origins.get(record.serial))

        at_once = self.plan.push_options.at_once
        for record, outcome, is_late in call_for_each(push_one, records, at_once):
            if not is_late:  # else a resumed push comes to it once more
                self.count_in_step(in_step[record.serial])
                self.progress = structs.replace(self.progress, serial=record.serial)
                self.count("read", outcome.result)
                self.note_new(record, outcome)
            self.save_outcome(record, outcome)

    def note_new(self, record: Client, outcome: PushOutcome) -> None:
        """Note the documents of a client that a dry run would have created: it has no link."""
        if self.run is None and outcome.result == "created" and record.documents:
            clients, files = self.new_with_files
            self.new_with_files = (clients + 1, files + len(record.documents))

    def number_between(self, after: int, before: int) -> int:
        """Return how many clients have serials between two."""
        if before - after <= 1:
            return 0
        return self.sides.store.count_clients_between(self.sides.account.id, after, before - 1)

    def count_in_step(self, number: int) -> None:
        """Count clients between pushed ones: they are unchanged."""
        self.counts |= {
            name: self.counts.get(name, 0) + number for name in ("read", "unchanged") if number
        }

    def known_origins(self, records: Sequence[Client]) -> dict[int, Origin]:
        """Find the origins of clients at the service, by serial."""
        serials = [record.serial for record in records]
        stored = self.sides.store.client_links(self.sides.account.id, self.sides.source, serials)
        return stored | {serial: self.links[serial] for serial in serials if serial in self.links}

    def refuse_too_many(self) -> None:
        """Raise TooManyChanges if another write would exceed the limit; called before each one."""
        limit = self.plan.max_changes
        with self.lock:
            if limit is not None and self.begun_writes >= limit:
                raise TooManyChanges(f"{limit} clients have changed, and there are more")
            self.begun_writes += 1

    def push_merged(self) -> None:
        """Tell the service of clients that were merged into others here."""
        store, account, source = self.sides.store, self.sides.account, self.sides.source
        for alias in store.list_open_aliases(account.id, source):
            survivor = store.get_client(account.id, alias.serial)
            outcome = self.pusher.push_merged(survivor, alias.foreign_id)
            if outcome.unlinked and self.run:
                store.close_alias(account.id, source, alias.foreign_id)
            self.count("read", outcome.result)
            self.save_progress((), outcome.lines)

    def adopt_ids(self) -> None:
        """Give clients that the survey has linked the ids that they have on the service."""
        if self.run is not None:
            adopt_linked_ids(self.sides, self.service)

    def save_outcome(self, record: Client, outcome: PushOutcome) -> None:
        """Save what the push of a client changes in links, conflicts and report lines."""
        if outcome.unlinked and self.run:
            source = self.sides.source
            self.sides.store.unlink_client(self.sides.account.id, source, outcome.unlinked)
        if outcome.link or outcome.lines or outcome.unlinked:
            links = [outcome.link] if outcome.link else []
            found = outcome.conflicts
            conflicts = {} if found is None else {record.serial: found}
            self.save_progress(links, outcome.lines, conflicts)

    def count(self, *names: str) -> None:
        for name in names:
            self.counts[name] = self.counts.get(name, 0) + 1

    def save_progress(
        self,
        links: Sequence[ClientLink],
        lines: Sequence[RunLine],
        conflicts: Mapping[int, Sequence[GroupConflict]] | None = None,
    ) -> None:
        if self.run is None:
            self.lines += lines
            self.links |= {link.serial: link.origin for link in links}
            return
        checkpoint = msgspec.json.encode(self.progress).decode()
        progress = RunProgress(checkpoint=checkpoint, counts=dict(self.counts), lines=tuple(lines))
        store, account = self.sides.store, self.sides.account
        found = FoundConflicts(self.sides.source, conflicts or {})
        store.link_clients(
            account.id, links, run_id=self.run.id, progress=progress, conflicts=found
        )
