"""The store beside a live service, compared client by client; nothing is written on either side."""

import enum
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

from gateway.migration.counterparts import Pair, Sides
from gateway.migration.runs import ReportProgress, client_label
from gateway.remote.http_client import HttpClient
from storage import Invalid

from .list_scan import ListScan, ScannedPage, SeenIds, start_position

BATCH = 1000


class CheckResult(enum.Enum):
    """How a client stands on the two sides."""

    SAME = "="
    DIFFERENT = "*"
    ONLY_HERE = "+"
    ONLY_THERE = "-"
    ERROR = "!"


class CheckedClient(NamedTuple):
    result: CheckResult
    client: str
    fields: tuple[str, ...] = ()
    problem: str = ""


def check(sides: Sides, service: HttpClient, tell: ReportProgress) -> Iterator[CheckedClient]:
    """Every client of either side once. Raises RemoteFailure, Unsteady."""
    start = start_position(sides.dialect.remote.list_request(None))
    with closing(SeenIds()) as seen, closing(SeenIds()) as checked:
        for page in ListScan(service, sides.dialect.remote, start, seen).pages():
            for name, pair in paired(sides, page):
                yield compare_pair(sides, name, pair, checked)
            tell(page.position.read, page.position.total)
        yield from only_here(sides, checked)


def paired(sides: Sides, page: ScannedPage) -> Iterator[tuple[str, Pair | Invalid]]:
    """A page at once, and where something on it cannot be read each by itself."""
    try:
        yield from zip(page.ids, list(sides.pair_objects(page.objects)), strict=True)
    except Invalid:
        for name, raw in zip(page.ids, page.objects, strict=True):
            try:
                yield name, next(sides.pair_objects([raw]))
            except Invalid as failure:
                yield name, failure


def compare_pair(sides: Sides, name: str, pair: Pair | Invalid, checked: SeenIds) -> CheckedClient:
    if isinstance(pair, Invalid):
        return CheckedClient(CheckResult.ERROR, name, problem=str(pair))
    record = pair.record
    if record is None:
        return CheckedClient(CheckResult.ONLY_THERE, pair.parsed.label)
    if not checked.add(str(record.serial)):
        words = f"is the same client here as another one there: {client_label(record)}"
        return CheckedClient(CheckResult.ERROR, pair.parsed.label, problem=words)
    try:
        fields = sides.differences(pair)
    except Invalid as failure:
        return CheckedClient(CheckResult.ERROR, client_label(record), problem=str(failure))
    return CheckedClient(
        CheckResult.DIFFERENT if fields else CheckResult.SAME, client_label(record), fields
    )


def only_here(sides: Sides, checked: SeenIds) -> Iterator[CheckedClient]:
    """Those that are not there; of the deleted ones nobody expects it."""
    after = 0
    while records := sides.store.scan_clients(sides.account.id, after, BATCH):
        for record in records:
            if not record.is_deleted and checked.add(str(record.serial)):
                yield CheckedClient(CheckResult.ONLY_HERE, client_label(record))
        after = records[-1].serial
