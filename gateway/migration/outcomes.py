"""What became of objects that arrived: how many of each fate, and what is to be said of each."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from dialects.base.migration.remote_api import File
from storage import Fate, Outcome, RunLine

from .objects import Read
from .runs import remark

Counts = dict[str, int]
WRITES = (Fate.CREATED, Fate.CHANGED)


def added(counts: Counts, fates: Sequence[Outcome], created: int) -> Counts:
    """So many more have been read, and of each fate; some of them, besides these, are new."""
    more = Counter(outcome.fate for outcome in fates)
    if created:
        more[Fate.CREATED] += created
    named = {"read": more.total()} | {fate.value: number for fate, number in more.items()}
    return counts | {name: counts.get(name, 0) + number for name, number in named.items()}


def unreadable(one: Read) -> Outcome:
    return Outcome(fate=Fate.REFUSED, reason=one.problem)


def changes(counts: Counts) -> int:
    return sum(counts.get(fate.value, 0) for fate in WRITES)


def said(one: Read, outcome: Outcome) -> Iterator[RunLine]:
    """What has to be said of an object, none of it twice: a second run finds nothing to say."""
    label = one.told.label if one.told else one.place
    match outcome.fate:
        case Fate.REFUSED:
            yield remark("refused", label, text=outcome.reason)
        case Fate.CONFLICT | Fate.KEPT:
            fields = ", ".join(outcome.fields)
            yield remark(outcome.fate.value, label, field=fields)
        case Fate.CREATED | Fate.CHANGED:
            for field, text in (*outcome.departures, *(one.told.lost if one.told else ())):
                yield remark("lost", label, field=field, text=text)
        case Fate.UNCHANGED:
            pass


KIND = "file"


def wanted_line(label: str, serial: int, file: File) -> RunLine:
    """What keeps in mind that a file is to be fetched."""
    text = msgspec.json.encode(file).decode()
    return RunLine(kind=KIND, client=label, field=str(serial), text=text)
