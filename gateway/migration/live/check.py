"""The store beside a live service, compared client by client; nothing is written on either side."""

import enum
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

from gateway.migration.counterparts import Pair, Sides
from gateway.migration.runs import Tell, label
from gateway.remote.http_client import Service
from storage import Invalid

from .list_scan import Scan, Seen, Sheet, at_first

BATCH = 1000


class Sign(enum.Enum):
    """How a client stands on the two sides."""

    SAME = "="
    DIFFERENT = "*"
    ONLY_HERE = "+"
    ONLY_THERE = "-"
    ERROR = "!"


class Finding(NamedTuple):
    sign: Sign
    client: str
    fields: tuple[str, ...] = ()
    problem: str = ""


def check(sides: Sides, service: Service, tell: Tell) -> Iterator[Finding]:
    """Every client of either side once. Raises RemoteFailure, Unsteady."""
    start = at_first(sides.dialect.remote.first(None))
    with closing(Seen()) as seen, closing(Seen()) as met:
        for sheet in Scan(service, sides.dialect.remote, start, seen).sheets():
            for name, pair in paired(sides, sheet):
                yield compared(sides, name, pair, met)
            tell(sheet.position.read, sheet.position.total)
        yield from left_here(sides, met)


def paired(sides: Sides, sheet: Sheet) -> Iterator[tuple[str, Pair | Invalid]]:
    """A page at once, and where something on it cannot be read each by itself."""
    try:
        yield from zip(sheet.ids, list(sides.paired(sheet.objects)), strict=True)
    except Invalid:
        for name, raw in zip(sheet.ids, sheet.objects, strict=True):
            try:
                yield name, next(sides.paired([raw]))
            except Invalid as failure:
                yield name, failure


def compared(sides: Sides, name: str, pair: Pair | Invalid, met: Seen) -> Finding:
    if isinstance(pair, Invalid):
        return Finding(Sign.ERROR, name, problem=str(pair))
    record = pair.record
    if record is None:
        return Finding(Sign.ONLY_THERE, pair.told.label)
    if not met.add(str(record.serial)):
        words = f"is the same client here as another one there: {label(record)}"
        return Finding(Sign.ERROR, pair.told.label, problem=words)
    try:
        fields = sides.differences(pair)
    except Invalid as failure:
        return Finding(Sign.ERROR, label(record), problem=str(failure))
    return Finding(Sign.DIFFERENT if fields else Sign.SAME, label(record), fields)


def left_here(sides: Sides, met: Seen) -> Iterator[Finding]:
    """Those that are not there; of the deleted ones nobody expects it."""
    after = 0
    while records := sides.store.scan(sides.account.id, after, BATCH):
        for record in records:
            if not record.is_deleted and met.add(str(record.serial)):
                yield Finding(Sign.ONLY_HERE, label(record))
        after = records[-1].serial
