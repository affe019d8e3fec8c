"""The store beside a live service, compared client by client; nothing is written on either side."""

import enum
from collections.abc import Iterator
from typing import NamedTuple

from gateway.remote import Service
from storage import Client, Invalid

from .comparing import Pair, Sides
from .pulling import Tell
from .scanning import Scan, Seen, Sheet, at_first

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


class Serials:
    """A set of serials, a bit for each: a million of them are 125 kB."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, serial: int) -> None:
        place = serial >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits) + len(self._bits) // 2))
        self._bits[place] |= 1 << (serial & 7)

    def __contains__(self, serial: int) -> bool:
        place = serial >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (serial & 7))


def check(sides: Sides, service: Service, tell: Tell) -> Iterator[Finding]:
    """Every client of either side once. Raises RemoteFailure, Unsteady."""
    seen, met = Seen(), Serials()
    scan = Scan(service, sides.dialect.remote, at_first(sides.dialect.remote.first(None)), seen)
    for sheet in scan.sheets():
        for name, pair in paired(sides, sheet):
            yield compared(sides, name, pair, met)
        tell(sheet.position.read, sheet.position.total)
    yield from left_here(sides, met)
    seen.close()


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


def compared(sides: Sides, name: str, pair: Pair | Invalid, met: Serials) -> Finding:
    if isinstance(pair, Invalid):
        return Finding(Sign.ERROR, name, problem=str(pair))
    record = pair.record
    if record is None:
        return Finding(Sign.ONLY_THERE, pair.told.label)
    if record.serial in met:
        words = f"is the same client here as another one there: {label(record)}"
        return Finding(Sign.ERROR, pair.told.label, problem=words)
    met.add(record.serial)
    try:
        fields = sides.differences(pair)
    except Invalid as failure:
        return Finding(Sign.ERROR, label(record), problem=str(failure))
    return Finding(Sign.DIFFERENT if fields else Sign.SAME, label(record), fields)


def left_here(sides: Sides, met: Serials) -> Iterator[Finding]:
    """Those that are not there; of the deleted ones nobody expects it."""
    after = 0
    while records := sides.store.scan(sides.account.id, after, BATCH):
        for record in records:
            if record.serial not in met and not record.is_deleted:
                yield Finding(Sign.ONLY_HERE, label(record))
        after = records[-1].serial


def label(record: Client) -> str:
    return f"{record.number} {record.name}".strip()
