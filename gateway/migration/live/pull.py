"""From a live service into the store: everything at first, later what has changed since."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain

import msgspec
from msgspec import Struct

from dialects.base.dialect import Dialect
from gateway.migration.counterparts import LinkKeys
from gateway.migration.importer import Importer, ImportOptions, run_of_import
from gateway.migration.objects import RawObject
from gateway.migration.runs import OVERLAP, ReportProgress, last_done
from gateway.remote.http_client import HttpClient
from storage import Account, Run, StartRun, Store

from .file_downloads import FileDownloads
from .list_scan import ListScan, Position, ScannedPage, SeenIds, start_position


class Pull(Struct, frozen=True, kw_only=True):
    """What a pull is to do. `is_whole` reads everything though an earlier run was complete;
    `keys` are those under which clients from here were put there, and `options` is what the run
    needs to be resumed."""

    dialect: Dialect
    account: Account
    source: str
    import_options: ImportOptions
    keys: LinkKeys | None = None
    run_options: str = ""
    is_whole: bool = False
    is_dry_run: bool = False

    @property
    def command(self) -> StartRun:
        name = self.dialect.name
        return StartRun(verb="pull", dialect=name, source=self.source, options=self.run_options)


class PullResult(Struct, frozen=True, kw_only=True):
    """What came of it. `since`: from when on changes were asked for, None for everything."""

    run: Run | None
    importer: Importer
    since: datetime | None = None
    repeated: int = 0


def pull(
    store: Store,
    service: HttpClient,
    plan: Pull,
    tell: ReportProgress,
    interrupted: Run | None = None,
) -> PullResult:
    """Raises RemoteFailure, Unsteady, TooManyChanges, and Invalid for ids of another salt. What
    was written until then stays, and the run can be resumed."""
    since = None if plan.is_whole or interrupted else begin_of_last(store, plan)
    position = start_position(plan.dialect.remote.list_request(since))
    if interrupted and interrupted.checkpoint:
        position = msgspec.json.decode(interrupted.checkpoint, type=Position)
    repeated = 0
    with closing(SeenIds()) as seen:
        pages = ListScan(service, plan.dialect.remote, position, seen).pages()
        # What is wrong with the service, or with the salt, is wrong before anything is written.
        first = next(pages, None)
        importer = arriving_of(store, plan)
        importer.check_ids(list(pieces(first)) if first else [])
        with run_of_import(importer, plan, interrupted):
            for page in chain([first] if first else [], pages):
                importer.import_objects(
                    list(pieces(page)), msgspec.json.encode(page.position).decode()
                )
                repeated += page.repeated
                tell(page.position.read, page.position.total)
            if importer.run is not None and plan.import_options.has_files:
                FileDownloads(store, plan.account, service, importer.run).fetch_all(tell)
                importer.counts = store.get_run(importer.run.id).counts
    return PullResult(run=importer.run, importer=importer, since=since, repeated=repeated)


def arriving_of(store: Store, plan: Pull) -> Importer:
    return Importer(
        store,
        plan.account,
        plan.dialect,
        source=plan.source,
        options=plan.import_options,
        keys=plan.keys,
    )


def begin_of_last(store: Store, plan: Pull) -> datetime | None:
    """When the last finished pull began, and a little before."""
    run = last_done(store, plan.account, plan.command)
    began = msgspec.json.decode(run.checkpoint, type=Position).began if run else None
    return began - OVERLAP if began else None


def pieces(page: ScannedPage) -> Iterator[RawObject]:
    for name, raw in zip(page.ids, page.objects, strict=True):
        yield RawObject(name, raw)
