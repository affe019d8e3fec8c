"""From the store into a live service, client by client, so that a second push writes nothing.

First the service is read, for what it has already and what has changed there; then each client
that differs here is told. What both sides have changed is left to the policy; nothing is deleted
there unless that is asked for.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from datetime import datetime

import msgspec
from msgspec import Struct, structs

from gateway.migration.counterparts import Pair, Sides
from gateway.migration.failures import TooManyChanges
from gateway.migration.outcomes import Counts
from gateway.migration.runs import OVERLAP, ReportProgress, finish_run, last_done, start_run
from gateway.remote.http_client import HttpClient
from storage import Client, ClientLink, Origin, Run, RunLine, RunProgress, StartRun

from .list_scan import ListScan, ScannedPage, SeenIds, start_position
from .push_client import ClientPusher, PushOptions, PushOutcome

BATCH = 200
WRITES = ("created", "changed", "deleted")


class Progress(Struct, frozen=True, kw_only=True):
    """How far a push has come: since when the service has been read as a whole, and the serial
    behind which clients are still to be told."""

    surveyed: datetime | None = None
    serial: int = 0


class Push(Struct, frozen=True, kw_only=True):
    """What a push is to do; `options` is what its run needs to be resumed."""

    sides: Sides
    push_options: PushOptions
    run_options: str = ""
    max_changes: int | None = None

    @property
    def command(self) -> StartRun:
        name, source = self.sides.dialect.name, self.sides.source
        return StartRun(verb="push", dialect=name, source=source, options=self.run_options)


def push(
    plan: Push, service: HttpClient, tell: ReportProgress, interrupted: Run | None = None
) -> "Pushing":
    """Raises RemoteFailure, Unsteady, TooManyChanges, Invalid; what was told until then is kept,
    and the run can be resumed."""
    store, account = plan.sides.store, plan.sides.account
    last = interrupted or last_done(store, account, plan.command)
    surveyed = progress_of(last).surveyed
    pushing = Pushing(plan, service)
    pushing.progress = Progress(surveyed=surveyed)
    if interrupted:
        pushing.progress = progress_of(interrupted)
        pushing.counts = dict(interrupted.counts)
    pages = pushing.pages()
    first = next(pages)
    # What is wrong with the service is wrong before there is a run.
    run = None
    if not plan.push_options.is_dry_run:
        run = pushing.run = start_run(store, account, plan.command, interrupted)
    with finish_run(store, run) if run else nullcontext():
        pushing.survey_remote(first, pages, tell)
        pushing.push_clients(tell)
    return pushing


class Pushing:
    def __init__(self, plan: Push, service: HttpClient) -> None:
        self.plan = plan
        self.sides = plan.sides
        self.service = service
        self.pusher = ClientPusher(plan.sides, service, plan.push_options, self.refuse_too_many)
        self.run: Run | None = None
        self.progress = Progress()
        self.counts: Counts = {}
        self.lines: list[RunLine] = []
        """What a rehearsal said; a run keeps its own."""
        self.links: dict[int, Origin] = {}
        """What a rehearsal found out."""

    def pages(self) -> Iterator[ScannedPage]:
        since = self.progress.surveyed
        remote = self.sides.dialect.remote
        start = start_position(remote.list_request(since - OVERLAP if since else None))
        with closing(SeenIds()) as seen:
            yield from ListScan(self.service, remote, start, seen).pages()

    def survey_remote(
        self, first: ScannedPage, rest: Iterator[ScannedPage], tell: ReportProgress
    ) -> None:
        """Link what is there with what is here, and take down what agrees."""
        page: ScannedPage | None = first
        while page is not None:
            links = [
                link
                for pair in self.sides.pair_objects(page.objects)
                for link in self.links_of_pair(pair)
            ]
            self.save_progress(links, ())
            tell(page.position.read, page.position.total)
            following = next(rest, None)
            if following is None:
                began = page.position.began
                self.progress = structs.replace(self.progress, surveyed=began)
            page = following

    def links_of_pair(self, pair: Pair) -> Iterator[ClientLink]:
        """A client here that was not known to be there, or that is in step now."""
        record = pair.record
        if record is None:
            return
        if not self.sides.differences(pair):
            yield ClientLink(record.serial, self.sides.make_origin(pair.parsed, record.version))
        elif record.serial not in self.known_origins([record]):
            yield ClientLink(record.serial, self.sides.make_origin(pair.parsed))

    def push_clients(self, tell: ReportProgress) -> None:
        store, account = self.sides.store, self.sides.account
        while records := store.scan_clients(account.id, self.progress.serial, BATCH):
            known = self.known_origins(records)
            for record in records:
                outcome = self.pusher.push(record, known.get(record.serial))
                self.progress = structs.replace(self.progress, serial=record.serial)
                self.count_outcome(outcome)
            self.save_progress((), ())
            tell(self.counts.get("read", 0), None)

    def known_origins(self, records: Sequence[Client]) -> dict[int, Origin]:
        serials = [record.serial for record in records]
        kept = self.sides.store.client_links(self.sides.account.id, self.sides.source, serials)
        return kept | {serial: self.links[serial] for serial in serials if serial in self.links}

    def refuse_too_many(self) -> None:
        """Asked before each write."""
        most = self.plan.max_changes
        if most is not None and sum(self.counts.get(word, 0) for word in WRITES) >= most:
            raise TooManyChanges(f"{most} clients have changed, and there are more")

    def count_outcome(self, outcome: PushOutcome) -> None:
        for word in ("read", outcome.result):
            self.counts[word] = self.counts.get(word, 0) + 1
        if outcome.unlinked and self.run:
            source = self.sides.source
            self.sides.store.unlink_client(self.sides.account.id, source, outcome.unlinked)
        if outcome.link or outcome.lines or outcome.unlinked:
            self.save_progress([outcome.link] if outcome.link else [], outcome.lines)

    def save_progress(self, links: Sequence[ClientLink], lines: Sequence[RunLine]) -> None:
        if self.run is None:
            self.lines += lines
            self.links |= {link.serial: link.origin for link in links}
            return
        checkpoint = msgspec.json.encode(self.progress).decode()
        progress = RunProgress(checkpoint=checkpoint, counts=dict(self.counts), lines=tuple(lines))
        store, account = self.sides.store, self.sides.account
        store.link_clients(account.id, links, run_id=self.run.id, progress=progress)


def progress_of(run: Run | None) -> Progress:
    if run is None or not run.checkpoint:
        return Progress()
    return msgspec.json.decode(run.checkpoint, type=Progress)
