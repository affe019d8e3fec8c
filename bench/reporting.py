"""What is done with the results: the terminal, a file of JSON, and the page in docs/."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.results import Results
from bench.servers import ROOT
from bench.tables import Grid, grids, thousands

LATEST = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"
WIDE = 200
"""Columns where nobody says how many there are."""
BEGIN, END = "<!-- figures: begin, by `make bench` -->", "<!-- figures: end -->"


def print_results(results: Results) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    for grid in grids(results):
        console.print(table(grid))


def table(grid: Grid) -> Table:
    drawn = Table(*grid.heads, title=grid.title, title_justify="left")
    for cells in grid.rows:
        drawn.add_row(*(cell.replace("**missed**", "[red]missed[/]") for cell in cells))
    return drawn


def write_json(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")


def read_json(path: Path) -> Results:
    return msgspec.json.decode(path.read_bytes(), type=Results)


def renew_page(results: Results, page: Path = PAGE) -> None:
    """Replace what stands between the marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{markdown(results)}\n{END}{after}", encoding="utf-8")


def markdown(results: Results) -> str:
    return "\n\n".join([origin(results), *map(table_in_markdown, grids(results))])


def origin(results: Results) -> str:
    found = results.machine
    versions = ", ".join(f"{name} {number}" for name, number in found.versions.items())
    return (
        f"Measured at commit `{found.commit}` in {results.rounds} rounds of {results.seconds} s,"
        f" {thousands(results.clients)} clients, on {found.cores} cores of {found.processor},"
        f" {found.system}, {found.file_system}, where an append of 4 KiB takes"
        f" {found.sync:.2f} ms to be on the disk. Python {found.python}, {versions}."
    )


def table_in_markdown(grid: Grid) -> str:
    lines = [grid.heads, ["---", *["---:"] * (len(grid.heads) - 1)], *grid.rows]
    return f"### {grid.title}\n\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
