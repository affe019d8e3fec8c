"""Counts of import outcomes, and the report lines of a run."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from dialects.base.migration.remote_api import RemoteFile
from storage import ImportOutcome, ImportStatus, RunLine

from .objects import ReadObject
from .runs import run_line

Counts = dict[str, int]
"""The numbers of clients by import status, and under `read` the number of all."""
CHANGE_STATUSES = (ImportStatus.CREATED, ImportStatus.CHANGED)
DOWNLOAD_KIND = "file"
"""The kind of the run lines that name a file to download."""


def add_counts(counts: Counts, outcomes: Sequence[ImportOutcome], created: int) -> Counts:
    """Return the counts with these outcomes added, and with `created` more new clients."""
    statuses = Counter(outcome.status for outcome in outcomes)
    if created:
        statuses[ImportStatus.CREATED] += created
    added = {"read": statuses.total()} | {s.value: number for s, number in statuses.items()}
    return counts | {name: counts.get(name, 0) + number for name, number in added.items()}


def unreadable_outcome(read: ReadObject) -> ImportOutcome:
    """Return the outcome of an object that could not be parsed."""
    return ImportOutcome(status=ImportStatus.REFUSED, reason=read.problem)


def count_changes(counts: Counts) -> int:
    """Return the number of clients that were created or changed."""
    return sum(counts.get(status.value, 0) for status in CHANGE_STATUSES)


def outcome_lines(read: ReadObject, outcome: ImportOutcome) -> Iterator[RunLine]:
    """Yield the report lines of one object, and one for each value that a policy has overwritten.

    An unchanged client has no lines, so a second run does not report the same losses again.
    """
    label = read.parsed.label if read.parsed else read.position
    match outcome.status:
        case ImportStatus.REFUSED | ImportStatus.MERGED:
            yield run_line(outcome.status.value, label, text=outcome.reason)
        case ImportStatus.CONFLICT | ImportStatus.KEPT:
            fields = ", ".join(outcome.fields)
            yield run_line(outcome.status.value, label, field=fields)
        case ImportStatus.CREATED | ImportStatus.CHANGED:
            losses = read.parsed.losses if read.parsed else ()
            for field, text in (*outcome.adjustments, *losses):
                yield run_line("lost", label, field=field, text=text)
        case ImportStatus.UNCHANGED:
            pass
    for conflict in outcome.conflicts:
        if conflict.winner:
            fields = ", ".join(conflict.fields)
            words = f"the value {conflict.winner} wins"
            yield run_line("overwritten", label, field=fields, text=words)


def download_line(label: str, serial: int, file: RemoteFile) -> RunLine:
    """Return the run line that names a file to download for a client."""
    text = msgspec.json.encode(file).decode()
    return RunLine(kind=DOWNLOAD_KIND, client=label, field=str(serial), text=text)
