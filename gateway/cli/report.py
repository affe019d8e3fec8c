"""What a verb that carries clients has to say at its end: counts, what was not carried, and who
has to be looked at."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import typer
from msgspec import Struct, json

from gateway.migration.spooled_lines import SpooledLines
from storage import Run, RunLine, Store

FIRST = 10
"""How many lines of a kind are shown before the rest is only counted."""
ORDER = (
    "read",
    "written",
    "created",
    "changed",
    "deleted",
    "unchanged",
    "kept",
    "left",
    "conflict",
    "refused",
    "files",
)
MEANINGS = {
    "created": "new",
    "changed": "changed",
    "deleted": "deleted there",
    "unchanged": "unchanged",
    "kept": "kept as it is here",
    "left": "left out",
    "conflict": "changed on both sides: nothing was done",
    "refused": "refused",
    "files": "files fetched",
}
HEADINGS = {
    "refused": "Refused:",
    "conflict": "Changed on both sides since they last agreed (decide with --on-conflict):",
    "kept": "Newer here than there, and kept:",
    "left": "Left out:",
}
UNDECIDED = ("conflict", "refused")


class Report(Struct, frozen=True, kw_only=True):
    """`lines` are those that were said; of a run they stay in the store."""

    heading: str
    counts: Mapping[str, int]
    run: Run | None
    lines: Iterable[RunLine]
    note: str = ""

    @property
    def is_whole(self) -> bool:
        return not any(self.counts.get(kind) for kind in UNDECIDED)


def lines_of(store: Store, run: Run) -> SpooledLines:
    """All that a run has said, read page by page."""
    found = SpooledLines()
    after = 0
    while page := store.list_run_lines(run.id, after=after):
        for _, line in page:
            found.append(line)
        after = page[-1][0]
    return found


def print_report(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_told(report)
        return
    typer.echo(report.heading)
    print_counts(report.counts)
    print_losses(report.lines)
    numbers, first = first_of_kinds(report.lines)
    for kind, heading in HEADINGS.items():
        if kind in first:
            typer.echo(heading)
            print_lines(first[kind], numbers[kind] - len(first[kind]), report.run)
    if report.note:
        typer.echo(report.note)


def print_told(report: Report) -> None:
    """One JSON object, of which the lines are never in memory all at once."""
    told = {
        "run": report.run.id if report.run else None,
        "counts": dict(report.counts),
        "not_carried": dict(sorted(lost_fields(report.lines).items())),
    }
    typer.echo(json.encode(told).decode().removesuffix("}") + ',"lines":[', nl=False)
    for n, line in enumerate(report.lines):
        typer.echo(("," if n else "") + json.encode(line).decode(), nl=False)
    typer.echo("]}")


def print_counts(counts: Mapping[str, int]) -> None:
    names = [name for name in ORDER if name in counts] or ["read"]
    counts = {"read": 0} | dict(counts)
    width = max((len(f"{counts[name]:,}") for name in names), default=0)
    for name in names:
        typer.echo(f"  {counts[name]:>{width},}  {MEANINGS.get(name, name)}")


def print_losses(lines: Iterable[RunLine]) -> None:
    fields = lost_fields(lines)
    if not fields:
        return
    typer.echo("Not carried, because the other side has no place for it:")
    width = max(map(len, fields))
    for field, number in sorted(fields.items(), key=lambda pair: (-pair[1], pair[0])):
        typer.echo(f"  {field:<{width}}  of {clients(number)}")


def lost_fields(lines: Iterable[RunLine]) -> Counter[str]:
    """How many clients lose what; the parts of a list are one field. What is said of a client
    stands together."""
    found: Counter[str] = Counter()
    for _, own in groupby(lines, key=attrgetter("client")):
        found.update({without_indexes(line.field) for line in own if line.kind == "lost"})
    return found


def without_indexes(field: str) -> str:
    """`contacts[1].password` as `contacts.password`."""
    return "".join(part.rpartition("]")[2] if "]" in part else part for part in field.split("["))


def first_of_kinds(lines: Iterable[RunLine]) -> tuple[Counter[str], dict[str, list[RunLine]]]:
    """How many lines there are of each kind, and the first of those that are printed; there can
    be millions, and this goes through them once."""
    numbers: Counter[str] = Counter()
    first: dict[str, list[RunLine]] = {}
    for line in lines:
        numbers[line.kind] += 1
        if line.kind in HEADINGS and numbers[line.kind] <= FIRST:
            first.setdefault(line.kind, []).append(line)
    return numbers, first


def print_lines(shown: Sequence[RunLine], more: int, run: Run | None) -> None:
    for line in shown:
        words = ": ".join(filter(None, (line.field, line.text)))
        typer.echo(f"  {line.client}  {words}".rstrip())
    if more:
        where = f": gateway runs show {run.id} --kind {shown[0].kind}" if run else ""
        typer.echo(f"  … and {more:,} more{where}")


def clients(number: int) -> str:
    return "1 client" if number == 1 else f"{number:,} clients"
