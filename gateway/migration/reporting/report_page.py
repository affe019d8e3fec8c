"""The report of a run as one HTML file that needs nothing else, and as CSV for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from operator import attrgetter

from ..csv_cells import safe_cell
from .run_report import Finding, RunReport
from .run_words import HEADINGS, MEANINGS, ORDER

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a}
body{max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #bbb}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}
th,td{border-bottom:1px solid #e4e4e4;overflow-wrap:anywhere}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
p.none{color:#666}
@media print{
body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}tr{break-inside:avoid}
}
"""


def page(report: RunReport) -> str:
    """Return the report as an HTML page. It has no script and asks for nothing."""
    run = report.run
    title = f"{run.verb} {report.service} · {run.account}"
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        table((), about_rows(report)),
        section("Clients", table(("", "before", "after"), report.totals, numbers=2)),
        section("What was done", table((), count_rows(report.counts), numbers=1)),
        section("Not carried", table(("field", "clients"), report.losses, numbers=1)),
        *findings_sections(report.findings),
        section("Conflicts", conflict_table(report)),
        section("Both sides", digest_table(report)),
        section("Not compared", items(report.not_compared)),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def about_rows(report: RunReport) -> Iterator[tuple[str, str]]:
    run = report.run
    yield "run", f"{run.id}, {run.state.value}" + (f": {run.reason}" if run.reason else "")
    yield "began", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"
    if run.ended_at is not None:
        yield "ended", f"{run.ended_at:%Y-%m-%d %H:%M:%S} UTC"
    yield "made by", run.holder
    yield "version of the service", report.server_version or "not told"
    yield "version of the gateway", report.gateway_version
    yield "this report", f"{report.made_at:%Y-%m-%d %H:%M:%S} UTC"


def count_rows(counts: dict[str, int]) -> Iterator[tuple[str, str]]:
    for name in ORDER:
        if name in counts:
            yield MEANINGS.get(name, name), f"{counts[name]:,}"


def findings_sections(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a section for each kind of findings, client by client."""
    by_kind = sorted(findings, key=attrgetter("kind"))
    for kind, group in groupby(by_kind, key=attrgetter("kind")):
        heading = HEADINGS.get(kind, "Values that were not carried:" if kind == "lost" else kind)
        rows = [(one.client, one.field, one.value) for one in group]
        yield section(heading.removesuffix(":"), table(("client", "field", "value"), rows))


def conflict_table(report: RunReport) -> str:
    rows = [(c.client, c.fields, c.here, c.there, c.outcome) for c in report.conflicts]
    return table(("client", "fields", "here", "there", "outcome"), rows)


def digest_table(report: RunReport) -> str:
    digests = report.digests
    if digests is None:
        return table((), ())
    rows = (
        ("linked clients", f"{digests.clients:,}"),
        ("of these in step", f"{digests.clients - digests.different:,}"),
        ("digest of ours", digests.here),
        ("digest of theirs, as last agreed", digests.there),
    )
    return table((), rows)


def section(heading: str, body: str) -> str:
    return f"<h2>{escape(heading)}</h2>\n{body}"


def items(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: int = 0) -> str:
    """Return a table whose last `numbers` columns are numbers; a word where it has no rows."""
    lines = [row_of("td", row, numbers) for row in rows]
    if not lines:
        return "<p class='none'>none</p>"
    heading = f"<thead>{row_of('th', head, numbers)}</thead>" if head else ""
    return f"<table>{heading}<tbody>{''.join(lines)}</tbody></table>"


def row_of(tag: str, cells: Sequence[object], numbers: int) -> str:
    first_number = len(cells) - numbers
    texts = (
        f"<{tag}{' class=n' if n >= first_number else ''}>{escape(str(cell))}</{tag}>"
        for n, cell in enumerate(cells)
    )
    return f"<tr>{''.join(texts)}</tr>"


def csv_text(report: RunReport) -> str:
    """Return the findings and the conflicts as CSV, with the counts of the run before them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("kind", "client", "field", "value", "there", "outcome"))
    for name, number in count_rows(report.counts):
        writer.writerow(map(safe_cell, ("count", "", name, number, "", "")))
    for one in report.findings:
        writer.writerow(map(safe_cell, (one.kind, one.client, one.field, one.value, "", "")))
    for conflict in report.conflicts:
        row = (conflict.client, conflict.fields, conflict.here, conflict.there, conflict.outcome)
        writer.writerow(map(safe_cell, ("conflict", *row)))
    return text.getvalue()
