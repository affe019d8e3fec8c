"""What a verb that carries clients has to say at its end: counts, what was not carried, and who
has to be looked at."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from msgspec import Struct, structs

from gateway.printing import print_json
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
    lines: Sequence[RunLine]
    note: str = ""

    @property
    def is_whole(self) -> bool:
        return not any(self.counts.get(kind) for kind in UNDECIDED)


def lines_of(store: Store, run: Run) -> list[RunLine]:
    """All that a run has said, read page by page."""
    found: list[RunLine] = []
    after = 0
    while page := store.run_lines(run.id, after=after):
        found += [line for _, line in page]
        after = page[-1][0]
    return found


def print_report(report: Report, *, as_json: bool) -> None:
    if as_json:
        print_json(told(report))
        return
    typer.echo(report.heading)
    print_counts(report.counts)
    print_losses(report.lines)
    for kind, heading in HEADINGS.items():
        print_lines(heading, [line for line in report.lines if line.kind == kind], report.run)
    if report.note:
        typer.echo(report.note)


def told(report: Report) -> dict[str, Any]:
    return {
        "run": report.run.id if report.run else None,
        "counts": dict(report.counts),
        "not_carried": dict(sorted(lost_fields(report.lines).items())),
        "lines": [structs.asdict(line) for line in report.lines],
    }


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
    """How many clients lose what; the parts of a list are one field."""
    pairs = {(line.client, plain(line.field)) for line in lines if line.kind == "lost"}
    return Counter(field for _, field in pairs)


def plain(field: str) -> str:
    """`contacts[1].password` as `contacts.password`."""
    return "".join(part.rpartition("]")[2] if "]" in part else part for part in field.split("["))


def print_lines(heading: str, lines: Sequence[RunLine], run: Run | None) -> None:
    if not lines:
        return
    typer.echo(heading)
    for line in lines[:FIRST]:
        words = ": ".join(filter(None, (line.field, line.text)))
        typer.echo(f"  {line.client}  {words}".rstrip())
    if len(lines) > FIRST:
        where = f": gateway runs show {run.id} --kind {lines[0].kind}" if run else ""
        typer.echo(f"  … and {len(lines) - FIRST:,} more{where}")


def clients(number: int) -> str:
    return "1 client" if number == 1 else f"{number:,} clients"
