"""The report at the end of import, export, pull and push: counts, losses, and open questions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from msgspec import Struct, json

from gateway.migration.reporting.run_words import HEADINGS, MEANINGS, ORDER
from gateway.migration.spooled_lines import SpooledLines
from gateway.terminal import say, say_text
from storage import Run, RunLine, Store

MAX_LINES_SHOWN = 10
"""Lines of a kind that are printed; the rest is only counted."""
UNDECIDED = ("conflict", "refused")


class Report(Struct, frozen=True, kw_only=True):
    """Counts and lines of a run, or of a dry run, which has no run in the store."""

    heading: str
    counts: Mapping[str, int]
    run: Run | None
    lines: Iterable[RunLine]
    note: str = ""
    server_version: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether no client was refused or is in conflict."""
        return not any(self.counts.get(kind) for kind in UNDECIDED)


def lines_of(store: Store, run: Run) -> SpooledLines:
    """Return the lines of a run, read page by page."""
    spooled = SpooledLines()
    after = 0
    while page := store.list_run_lines(run.id, after=after):
        for _, line in page:
            spooled.append(line)
        after = page[-1][0]
    return spooled


def print_report(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json_report(report)
        return
    say(report.heading)
    print_counts(report.counts)
    print_losses(report.lines)
    numbers, first = first_of_kinds(report.lines)
    for kind, heading in HEADINGS.items():
        if kind in first:
            say(heading)
            print_lines(first[kind], numbers[kind] - len(first[kind]), report.run)
    if report.note:
        say(report.note)


def print_json_report(report: Report) -> None:
    """Print one JSON object. Its lines are written one after the other: they may be millions."""
    fields = {
        "run": report.run.id if report.run else None,
        "counts": dict(report.counts),
        "not_carried": dict(sorted(lost_fields(report.lines).items())),
    }
    say_text(json.encode(fields).decode().removesuffix("}") + ',"lines":[', nl=False)
    for n, line in enumerate(report.lines):
        say_text(("," if n else "") + json.encode(line).decode(), nl=False)
    say_text("]}")


def print_counts(counts: Mapping[str, int]) -> None:
    names = [name for name in ORDER if name in counts] or ["read"]
    counts = {"read": 0} | dict(counts)
    width = max((len(f"{counts[name]:,}") for name in names), default=0)
    for name in names:
        say(f"  {counts[name]:>{width},}  {MEANINGS.get(name, name)}")


def print_losses(lines: Iterable[RunLine]) -> None:
    fields = lost_fields(lines)
    if not fields:
        return
    say("Not carried, because the other side has no place for it:")
    width = max(map(len, fields))
    for field, number in sorted(fields.items(), key=lambda pair: (-pair[1], pair[0])):
        say(f"  {field:<{width}}  of {client_count(number)}")


def lost_fields(lines: Iterable[RunLine]) -> Counter[str]:
    """Count the clients that lose each field. The elements of a list count as one field.

    The lines of one client must stand together.
    """
    fields: Counter[str] = Counter()
    for _, lines_of_client in groupby(lines, key=attrgetter("client")):
        fields.update(
            {without_indexes(line.field) for line in lines_of_client if line.kind == "lost"}
        )
    return fields


def without_indexes(field: str) -> str:
    """Return `contacts.password` for `contacts[1].password`."""
    return "".join(part.rpartition("]")[2] if "]" in part else part for part in field.split("["))


def first_of_kinds(lines: Iterable[RunLine]) -> tuple[Counter[str], dict[str, list[RunLine]]]:
    """Count the lines of each kind, and return the first ones of the kinds that are printed.

    One pass: there can be millions of lines.
    """
    numbers: Counter[str] = Counter()
    first: dict[str, list[RunLine]] = {}
    for line in lines:
        numbers[line.kind] += 1
        if line.kind in HEADINGS and numbers[line.kind] <= MAX_LINES_SHOWN:
            first.setdefault(line.kind, []).append(line)
    return numbers, first


def print_lines(shown: Sequence[RunLine], more: int, run: Run | None) -> None:
    for line in shown:
        words = ": ".join(filter(None, (line.field, line.text)))
        say("  " + "  ".join(filter(None, (line.client, words))))
    if more:
        where = f": gateway runs show {run.id} --kind {shown[0].kind}" if run else ""
        say(f"  … and {more:,} more{where}")


def client_count(number: int) -> str:
    return "1 client" if number == 1 else f"{number:,} clients"
