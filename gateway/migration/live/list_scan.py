"""Scan of a remote list from its first page to its last, while clients there come and go.

How it works:

1. The pages are requested one after the other. A client that was on an earlier page is left out.
2. If a client is removed from the list meanwhile, the clients after it move up, and one of them can
   move to a page that was already read. The end of a scan therefore checks three things: that it
   has shown as many clients as the list's total, that the total is not less than the first total
   plus the clients created since, and that the total has not shrunk from one page to another.
3. If a check fails, the list is scanned again from its first page, up to `MAX_RESCANS` times. Only
   clients that no earlier scan has shown are handed on.
4. `UnstableList` is raised if the last rescan fails too, and if the list repeats itself: the first
   scan shows `MAX_REPEATED_PAGES` pages in a row without a new client, or a rescan shows far more
   clients than there are.
5. The position after each page is the checkpoint of a pull. A resumed scan goes on from there, but
   does not know the ids of the pages before. A rescan then forgets all ids and counts again.
"""

import sqlite3
from collections.abc import Container, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import Struct, structs

from dialects.base.migration.remote_api import ApiRequest, ObjectPage, RemoteApi
from gateway.migration.failures import UnstableList
from gateway.remote.http_client import HttpClient, RemoteResponse
from storage import Invalid, Problem

MAX_RESCANS = 3
MAX_REPEATED_PAGES = 3
MAX_SURPLUS = 100
"""A rescan that shows more clients than this above twice their number counts as endless."""
FIRST_ERROR_STATUS = 400


STORED_NAMES = {
    "first_total": "held",
    "shown_in_scan": "shown",
    "created_since": "newborn",
    "has_shrunk": "is_shaken",
    "repeated_pages": "stale",
}
"""The names of fields in checkpoints that earlier versions stored."""


class Position(Struct, frozen=True, kw_only=True, rename=STORED_NAMES):
    """The position of a scan in a list, and what its checks have counted.

    `first` is the request for the first page, `ask` the next request, None at the end. `began` is
    the moment of the first answer, by the server's clock. `total` is the list's latest total.
    `read` counts the clients that were handed on, each once.

    Of the present scan: `opened` is the moment of its first page and `first_total` the total then.
    `shown_in_scan` counts the clients on its pages, `created_since` those created after `opened`.
    `repeated_pages` counts the latest pages without a new client; `rescans` the scans before.
    """

    first: ApiRequest
    ask: ApiRequest | None
    began: datetime | None = None
    total: int | None = None
    read: int = 0
    opened: datetime | None = None
    first_total: int | None = None
    shown_in_scan: int = 0
    created_since: int = 0
    has_shrunk: bool = False
    rescans: int = 0
    repeated_pages: int = 0


class ScannedPage(NamedTuple):
    """The objects of a page that no earlier page has shown, and the position after the page.

    `repeated` is the number of objects that were left out.
    """

    ids: tuple[str, ...]
    objects: tuple[bytes, ...]
    repeated: int
    position: Position


class SeenIds:
    """A set of ids in a temporary SQLite file: any number of ids, in little memory."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, seen_id: str) -> bool:
        """Add an id, and return whether it is new."""
        statement = "INSERT OR IGNORE INTO seen VALUES (?)"
        return self._file.execute(statement, (seen_id,)).rowcount == 1

    def has(self, seen_id: str) -> bool:
        """Return whether an id was added."""
        statement = "SELECT 1 FROM seen WHERE id = ?"
        return self._file.execute(statement, (seen_id,)).fetchone() is not None

    def clear(self) -> None:
        self._file.execute("DELETE FROM seen")

    def close(self) -> None:
        self._file.close()


class ListScan:
    """A scan of a remote list from a position to the end of the list, with rescans if needed."""

    def __init__(
        self, service: HttpClient, remote: RemoteApi, start: Position, seen: SeenIds
    ) -> None:
        self.service = service
        self.remote = remote
        self.start = start
        self.seen = seen
        self.is_resumed = start.read > 0

    def pages(self) -> Iterator[ScannedPage]:
        """Yield every page. Each client is on one page only.

        Raises RemoteFailure, UnstableList, and Invalid for an answer that is no page of a list.
        """
        position = self.start
        while position.ask is not None:
            response = send_request(self.service, position.ask)
            page = self.remote.read_page(position.ask, page_body(response))
            scanned_page = self.next_page(position, page, response)
            yield scanned_page
            position = scanned_page.position

    def next_page(
        self, position: Position, page: ObjectPage, response: RemoteResponse
    ) -> ScannedPage:
        """Return the new objects of a page, and the position after it."""
        pairs = zip(page.ids, page.objects, strict=True)
        new_objects = {foreign_id: raw for foreign_id, raw in pairs if self.seen.add(foreign_id)}
        now = response.date or datetime.now(UTC)
        is_first = not position.shown_in_scan
        opened = now if is_first else position.opened
        created = count_created(page, new_objects.keys(), opened)
        is_repeated = not new_objects and page.next_request is not None and not position.rescans
        after = structs.replace(
            position,
            ask=page.next_request,
            began=position.began or now,
            total=page.total,
            read=position.read + len(new_objects),
            opened=opened,
            first_total=page.total if is_first else position.first_total,
            shown_in_scan=position.shown_in_scan + len(page.ids),
            created_since=position.created_since + created,
            has_shrunk=position.has_shrunk or is_less(page.total, position.total),
            repeated_pages=position.repeated_pages + 1 if is_repeated else 0,
        )
        return ScannedPage(
            ids=tuple(new_objects),
            objects=tuple(new_objects.values()),
            repeated=len(page.ids) - len(new_objects),
            position=self.next_position(after),
        )

    def next_position(self, position: Position) -> Position:
        """Return the position, or the start of a rescan if the scan has ended and failed a check.

        Raises UnstableList.
        """
        is_endless = position.rescans and position.shown_in_scan > 2 * position.read + MAX_SURPLUS
        if position.repeated_pages >= MAX_REPEATED_PAGES or is_endless:
            raise UnstableList("the list repeats itself: its pages show the same clients again")
        if position.ask is not None or is_complete(position):
            return position
        if position.rescans >= MAX_RESCANS:
            raise UnstableList(
                f"the list gives no rest: {position.read} clients came of {position.total},"
                f" in {MAX_RESCANS + 1} scans"
            )
        return structs.replace(
            position,
            ask=position.first,
            read=0 if self.forget_seen() else position.read,
            shown_in_scan=0,
            created_since=0,
            rescans=position.rescans + 1,
            has_shrunk=False,
            total=None,
        )

    def forget_seen(self) -> bool:
        """Forget all ids before the first rescan of a resumed scan, and return whether that was so.

        A resumed scan does not know the ids that were shown before it was interrupted. If the
        count of `read` went on, a rescan would count these clients twice, and that would hide
        clients that are missing.
        """
        was_resumed, self.is_resumed = self.is_resumed, False
        if was_resumed:
            self.seen.clear()
        return was_resumed


def is_complete(position: Position) -> bool:
    """Whether a scan that has reached the end of the list has shown every client of it."""
    expected = (
        None if position.first_total is None else position.first_total + position.created_since
    )
    is_short = is_less(position.read, position.total) or is_less(position.total, expected)
    return not (is_short or position.has_shrunk)


def is_less(number: int | None, other: int | None) -> bool:
    """Whether the first number is less than the second; false if one of them is not known."""
    return number is not None and other is not None and number < other


def count_created(page: ObjectPage, new_ids: Container[str], opened: datetime | None) -> int:
    """Count the new objects of a page that were created since the scan was opened.

    Without this count, a client that was added would hide from the total that another was removed.
    """
    created_at = zip(page.ids, page.created_at, strict=True) if page.created_at else ()
    return sum(
        foreign_id in new_ids and opened is not None and moment >= opened
        for foreign_id, moment in created_at
    )


def page_body(response: RemoteResponse) -> bytes:
    """Return the body of an answer. Raises Invalid if its status is an error."""
    if response.status >= FIRST_ERROR_STATUS:
        raise Invalid(Problem(("url",), f"answers a list with {response.status}"))
    return response.body


def start_position(request: ApiRequest) -> Position:
    """Return the position before the first page, which this request asks for."""
    return Position(first=request, ask=request)


def send_request(service: HttpClient, request: ApiRequest) -> RemoteResponse:
    """Send a request of a dialect to its service. Raises RemoteFailure."""
    return service.request(
        request.method,
        request.path,
        params=request.params,
        body=request.body or None,
        is_repeatable=request.is_repeatable,
    )
