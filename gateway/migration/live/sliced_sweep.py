"""A sweep beside the cycles of a mirror: it reads a whole list, some pages in each cycle.

So a service that takes few calls a minute is told of edits while its clients are counted. It is in
memory only: a mirror that starts anew begins its sweep anew.
"""

from datetime import datetime

from gateway.migration.counterparts import Sides
from gateway.migration.importer import run_of_import
from gateway.migration.outcomes import Counts
from gateway.migration.runs import no_progress
from gateway.remote.http_client import HttpClient

from .list_scan import ListScan, SeenIds, start_position
from .pull import Pull, import_pages, make_importer, sweep, with_paired_groups

SHARE = 6
"""A sweep has one of so many calls that a service takes."""


class SlicedSweep:
    """A sweep of a service that has begun and is not done yet."""

    def __init__(self, sides: Sides, service: HttpClient, began_at: datetime) -> None:
        self.sides = sides
        self.service = service
        self.began_at = began_at
        self.is_done = False
        self._seen = SeenIds()
        start = start_position(sides.dialect.remote.list_request(None))
        self._scan = ListScan(service, sides.dialect.remote, start, self._seen)
        self._pages = self._scan.pages()

    def advance(self, plan: Pull, number: int | None) -> Counts:
        """Import the next pages, all of them if `number` is None; after the last one look for
        clients that are gone.

        Raises RemoteFailure, UnstableList and TooManyDeletions: then it is over.
        """
        plan = with_paired_groups(self.sides.store, plan, self.service)
        self._scan.remote = plan.dialect.remote
        importer = make_importer(self.sides.store, plan)
        with run_of_import(importer, plan, None):
            while not self.is_done and (number is None or number > 0):
                page = next(self._pages, None)
                self.is_done = page is None
                import_pages(importer, [page] if page else [], no_progress)
                number = None if number is None else number - 1
            if self.is_done:
                sides = self.sides._replace(dialect=plan.dialect)
                sweep(importer, self.service, sides, self._seen)
        return importer.counts

    def close(self) -> None:
        """Give up the list of the ids that were seen."""
        self._seen.close()


def calls_of_slice(service: HttpClient, seconds: float) -> int | None:
    """Return the calls of a sweep in a cycle of so many seconds; None for any number."""
    if not service.per_minute:
        return None
    return max(1, int(service.per_minute * seconds / 60 / SHARE))
