"""What became of objects that arrived: how many of each fate, and what is to be said of each."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from dialects.base.migration.remote_api import RemoteFile
from storage import ImportOutcome, ImportStatus, RunLine

from .objects import ReadObject
from .runs import run_line

Counts = dict[str, int]
WRITES = (ImportStatus.CREATED, ImportStatus.CHANGED)


def add_counts(counts: Counts, outcomes: Sequence[ImportOutcome], created: int) -> Counts:
    """So many more have been read, and of each fate; some of them, besides these, are new."""
    more = Counter(outcome.status for outcome in outcomes)
    if created:
        more[ImportStatus.CREATED] += created
    named = {"read": more.total()} | {status.value: number for status, number in more.items()}
    return counts | {name: counts.get(name, 0) + number for name, number in named.items()}


def unreadable(one: ReadObject) -> ImportOutcome:
    return ImportOutcome(status=ImportStatus.REFUSED, reason=one.problem)


def changes(counts: Counts) -> int:
    return sum(counts.get(status.value, 0) for status in WRITES)


def outcome_lines(one: ReadObject, outcome: ImportOutcome) -> Iterator[RunLine]:
    """What has to be said of an object, none of it twice: a second run finds nothing to say."""
    label = one.parsed.label if one.parsed else one.position
    match outcome.status:
        case ImportStatus.REFUSED:
            yield run_line("refused", label, text=outcome.reason)
        case ImportStatus.CONFLICT | ImportStatus.KEPT:
            fields = ", ".join(outcome.fields)
            yield run_line(outcome.status.value, label, field=fields)
        case ImportStatus.CREATED | ImportStatus.CHANGED:
            for field, text in (*outcome.adjustments, *(one.parsed.losses if one.parsed else ())):
                yield run_line("lost", label, field=field, text=text)
        case ImportStatus.UNCHANGED:
            pass


KIND = "file"


def wanted_line(label: str, serial: int, file: RemoteFile) -> RunLine:
    """What keeps in mind that a file is to be fetched."""
    text = msgspec.json.encode(file).decode()
    return RunLine(kind=KIND, client=label, field=str(serial), text=text)
