"""Pull from a live service into the store: all clients at first, later those that have changed.

A pull that has read all of them also finds those that are gone there (`gone_clients`).
"""

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from itertools import chain, islice

import msgspec
from msgspec import Struct, structs

from dialects.base.dialect import Dialect
from gateway.migration.counterparts import Sides
from gateway.migration.importer import Importer, ImportOptions, run_of_import
from gateway.migration.link_keys import LinkKeys
from gateway.migration.objects import RawObject
from gateway.migration.runs import OVERLAP, ReportProgress, find_last_done, leave_ids_to
from gateway.remote.http_client import HttpClient
from storage import Account, ConflictPolicy, ConflictState, Run, StartRun, Store

from .adopted_ids import adopt_linked_ids
from .file_downloads import FileDownloads
from .gone_clients import Sweep, sweep_gone_clients
from .group_pairs import GroupPairs
from .list_scan import ListScan, Position, ScannedPage, SeenIds, start_position
from .service_writer import ServiceWriter


class Pull(Struct, frozen=True, kw_only=True):
    """The plan of a pull.

    `is_whole`: read all clients, even if an earlier pull was complete. `keys` are the link keys
    under which pushes create clients on the service. `run_options` is stored with the run, and is
    what it takes to resume the run, `verb` what the run is called.
    """

    dialect: Dialect
    account: Account
    source: str
    import_options: ImportOptions
    keys: LinkKeys | None = None
    run_options: str = ""
    verb: str = "pull"
    is_whole: bool = False
    is_dry_run: bool = False

    @property
    def command(self) -> StartRun:
        name = self.dialect.name
        return StartRun(verb=self.verb, dialect=name, source=self.source, options=self.run_options)


class PullResult(Struct, frozen=True, kw_only=True):
    """The result of a pull: its run, and the importer with the counts.

    Changes were read from the moment `since` on, all clients if it is None. `repeated` counts the
    objects that the list has shown again.
    """

    run: Run | None
    importer: Importer
    since: datetime | None = None
    repeated: int = 0


def pull(
    store: Store,
    service: HttpClient,
    plan: Pull,
    report_progress: ReportProgress,
    interrupted: Run | None = None,
) -> PullResult:
    """Pull the clients of a service, or resume an interrupted pull.

    Raises RemoteFailure, UnstableList, TooManyChanges and WrongSalt. The pages before the failure
    stay imported, and the run can be resumed.
    """
    plan = with_paired_groups(store, plan, service)
    since = None if plan.is_whole or interrupted else find_start_of_last(store, plan)
    importer = make_importer(store, plan)
    with closing(SeenIds()) as seen:
        position = list_position_of(plan, since, interrupted)
        pages = ListScan(service, plan.dialect.remote, position, seen).pages()
        # A wrong salt, or an error of the service, is raised before anything is written.
        first_page = list(islice(pages, 1))
        for page in first_page:
            importer.check_ids(raw_objects_of(page))
        with run_of_import(importer, plan, interrupted):
            repeated = import_pages(importer, chain(first_page, pages), report_progress)
            if plan.keys is not None:
                sides = Sides(store, plan.account, plan.dialect, plan.source, plan.keys)
                is_swept = since is None and interrupted is None
                look_at_the_rest(importer, service, sides, seen, is_swept=is_swept)
            download_files(importer, service, report_progress)
    return PullResult(run=importer.run, importer=importer, since=since, repeated=repeated)


def with_paired_groups(store: Store, plan: Pull, service: HttpClient) -> Pull:
    """Return the plan so that a group of clients has one id on both sides."""
    pairs = GroupPairs(store, plan.account, plan.dialect, service)
    return structs.replace(plan, dialect=pairs.dialect)


def import_pages(
    importer: Importer, pages: Iterable[ScannedPage], report_progress: ReportProgress
) -> int:
    """Import the clients of all pages; return how many the list has shown again."""
    repeated = 0
    if importer.run is not None:
        leave_ids_to(importer.dialect, importer.store, importer.account)
    for page in pages:
        checkpoint = msgspec.json.encode(page.position).decode()
        importer.import_objects(raw_objects_of(page), checkpoint)
        repeated += page.repeated
        report_progress(page.position.read, page.position.total)
    return repeated


def look_at_the_rest(
    importer: Importer, service: HttpClient, sides: Sides, seen: SeenIds, *, is_swept: bool
) -> None:
    """Do what the list of a pull does not lead to: held clients, gone ones, ids that are given."""
    import_held(importer, service, sides, seen)
    if is_swept:
        sweep(importer, service, sides, seen)
    if importer.run is not None:
        adopt_linked_ids(sides, service)


def import_held(importer: Importer, service: HttpClient, sides: Sides, seen: SeenIds) -> None:
    """Import the clients with open conflicts that the list has not shown, if the policy decides.

    They have not changed there since the last pull, so that only their ids lead to them.
    """
    if importer.options.policy is ConflictPolicy.HOLD:
        return
    store, account = sides.store, sides.account
    conflicts = store.list_conflicts(account.id, ConflictState.OPEN)
    serials = [one.client_serial for one in conflicts if one.source == sides.source]
    reader = ServiceWriter(sides, service, is_dry_run=True)
    for link in store.client_links(account.id, sides.source, serials).values():
        shown = None if seen.has(link.foreign_id) else reader.fetch(link.foreign_id, link)
        if shown is not None:
            checkpoint = store.get_run(importer.run.id).checkpoint if importer.run else ""
            importer.import_objects([RawObject(link.foreign_id, shown.raw)], checkpoint)


def sweep(importer: Importer, service: HttpClient, sides: Sides, seen: SeenIds) -> None:
    """Look for linked clients that a complete list has not shown."""
    options = importer.options
    swept = Sweep(sides=sides, seen=seen, policy=options.policy, max_deletes=options.max_deletes)
    importer.counts = sweep_gone_clients(swept, service, importer.run, importer.counts)


def make_importer(store: Store, plan: Pull) -> Importer:
    return Importer(
        store,
        plan.account,
        plan.dialect,
        source=plan.source,
        options=plan.import_options,
        keys=plan.keys,
    )


def find_start_of_last(store: Store, plan: Pull) -> datetime | None:
    """Find the moment from which on changes are read: a little before the last pull began."""
    run = find_last_done(store, plan.account, plan.command)
    began = msgspec.json.decode(run.checkpoint, type=Position).began if run else None
    return began - OVERLAP if began else None


def list_position_of(plan: Pull, since: datetime | None, interrupted: Run | None) -> Position:
    """Return the position in the checkpoint of an interrupted run, else the first page."""
    if interrupted and interrupted.checkpoint:
        return msgspec.json.decode(interrupted.checkpoint, type=Position)
    return start_position(plan.dialect.remote.list_request(since))


def download_files(
    importer: Importer, service: HttpClient, report_progress: ReportProgress
) -> None:
    """Download the files that the run of a pull has noted, if the options ask for files."""
    if importer.run is None or not importer.options.has_files:
        return
    store = importer.store
    remote = importer.dialect.remote
    downloads = FileDownloads(store, importer.account, remote, service, importer.run)
    downloads.fetch_all(report_progress)
    importer.counts = store.get_run(importer.run.id).counts


def raw_objects_of(page: ScannedPage) -> list[RawObject]:
    """Return the objects of a page; the position of each is its id on the service."""
    return [RawObject(*pair) for pair in zip(page.ids, page.objects, strict=True)]
