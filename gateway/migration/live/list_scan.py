"""A remote list read from its first page to its last, however it moves meanwhile.

A window of a list that somebody takes a client out of skips the one that moved up. Such a scan is
read once more, and only what it had not shown before is handed on; a list that gives no rest, or
has no end, is a failure with a name.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import Struct, structs

from dialects.base.migration.remote_api import ApiRequest, ObjectPage, RemoteApi
from gateway.migration.failures import UnstableList
from gateway.remote.http_client import HttpClient, RemoteResponse
from storage import Invalid, Problem

RESTS, STALE_PAGES = 3, 3
MOST_SURPLUS = 100
"""How many more than twice all of its clients a list may show before it counts as endless."""
ERRORS = 400


STORED_NAMES = {
    "first_total": "held",
    "shown_in_scan": "shown",
    "created_since": "newborn",
    "has_shrunk": "is_shaken",
    "repeated_pages": "stale",
}
"""The names of fields in checkpoints that earlier versions stored."""


class Position(Struct, frozen=True, kw_only=True, rename=STORED_NAMES):
    """Where a scan stands: what it asked first, and asks next, None at its end. `began` is when it
    began by the server's own clock; `read` how many clients it has shown, each once.

    Of the present scan: `opened` when it asked for the first page, and `held` the total then;
    `shown` how many clients it has shown, `newborn` those that were made after it had begun.
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
    """A page's objects that were not on a page before, and where the scan stands behind it."""

    ids: tuple[str, ...]
    objects: tuple[bytes, ...]
    repeated: int
    position: Position


class SeenIds:
    """The ids that have been seen, in a scratch file: as many as there are, in little memory."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, name: str) -> bool:
        """Whether it is new."""
        statement = "INSERT OR IGNORE INTO seen VALUES (?)"
        return self._file.execute(statement, (name,)).rowcount == 1

    def clear(self) -> None:
        self._file.execute("DELETE FROM seen")

    def close(self) -> None:
        self._file.close()


class ListScan:
    def __init__(
        self, service: HttpClient, remote: RemoteApi, start: Position, seen: SeenIds
    ) -> None:
        self.service = service
        self.remote = remote
        self.start = start
        self.seen = seen
        self.is_resumed = start.read > 0

    def pages(self) -> Iterator[ScannedPage]:
        """Raises Unsteady, RemoteFailure, and Invalid for an answer that is no page."""
        position = self.start
        while position.ask is not None:
            answer = send(self.service, position.ask)
            listed = self.remote.read_page(position.ask, page_body(answer))
            page = self.next_page(position, listed, answer)
            yield page
            position = page.position

    def next_page(
        self, position: Position, page: ObjectPage, answer: RemoteResponse
    ) -> ScannedPage:
        fresh = [
            pair for pair in zip(page.ids, page.objects, strict=True) if self.seen.add(pair[0])
        ]
        now = answer.date or datetime.now(UTC)
        is_first = not position.shown_in_scan
        opened = now if is_first else position.opened
        is_stale = not fresh and page.next_request is not None and not position.rescans
        after = structs.replace(
            position,
            ask=page.next_request,
            began=position.began or now,
            total=page.total,
            read=position.read + len(fresh),
            opened=opened,
            first_total=page.total if is_first else position.first_total,
            shown_in_scan=position.shown_in_scan + len(page.ids),
            created_since=position.created_since
            + count_newborn(page, {name for name, _ in fresh}, opened),
            has_shrunk=position.has_shrunk or is_less(page.total, position.total),
            repeated_pages=position.repeated_pages + 1 if is_stale else 0,
        )
        return ScannedPage(
            ids=tuple(name for name, _ in fresh),
            objects=tuple(one for _, one in fresh),
            repeated=len(page.ids) - len(fresh),
            position=self.next_position(after),
        )

    def next_position(self, position: Position) -> Position:
        """Behind the last page: the end, or the first page again."""
        is_endless = position.rescans and position.shown_in_scan > 2 * position.read + MOST_SURPLUS
        if position.repeated_pages >= STALE_PAGES or is_endless:
            raise UnstableList("the list repeats itself: its pages show the same clients again")
        if position.ask is not None:
            return position
        expected = (
            None if position.first_total is None else position.first_total + position.created_since
        )
        is_short = is_less(position.read, position.total) or is_less(position.total, expected)
        if not (is_short or position.has_shrunk):
            return position
        if position.rescans >= RESTS:
            raise UnstableList(
                f"the list gives no rest: {position.read} clients came of {position.total},"
                f" in {RESTS + 1} scans"
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
        """Whoever goes on in the middle has not seen what was before: then `read` starts anew, for
        else a client of those would be counted twice, and make up for one that is missing."""
        was_resumed, self.is_resumed = self.is_resumed, False
        if was_resumed:
            self.seen.clear()
        return was_resumed


def is_less(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one < other


def count_newborn(page: ObjectPage, fresh: set[str], opened: datetime | None) -> int:
    """How many were made since: one that has come must not hide from the total one that went."""
    born = zip(page.ids, page.created_at, strict=True) if page.created_at else ()
    return sum(name in fresh and opened is not None and at >= opened for name, at in born)


def page_body(answer: RemoteResponse) -> bytes:
    """Raises Invalid for a refusal."""
    if answer.status >= ERRORS:
        raise Invalid(Problem(("url",), f"answers a list with {answer.status}"))
    return answer.body


def start_position(ask: ApiRequest) -> Position:
    return Position(first=ask, ask=ask)


def send(service: HttpClient, ask: ApiRequest) -> RemoteResponse:
    return service.request(
        ask.method,
        ask.path,
        params=ask.params,
        body=ask.body or None,
        is_repeatable=ask.is_repeatable,
    )
