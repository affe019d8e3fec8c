"""The gateway's speed beside its ceiling and its peer: `python -m bench.serving`, see `--help`.

How it is measured, and what the figures mean, is told in docs/performance.md.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct, structs

from bench import questions, workloads
from bench.carrying import carried
from bench.crowding import two_workers
from bench.curve import SIZES, Curve
from bench.faults import Unfit
from bench.footprint import memory, starts
from bench.loading import LOAD_CORE, check_tools
from bench.machine import machine
from bench.picture import draw
from bench.preparing import Case
from bench.reporting import LATEST, PAGE, print_results, read_json, renew_page, write_json
from bench.results import Fact, Growth, Results, Row, growth, row
from bench.rounds import Bout, Field, warm_up
from bench.stores import console, demo_store, known_of, peer_store
from bench.workloads import Workload

CACHE = Path(tempfile.gettempdir()) / "gateway-bench"
CLIENTS = 100_000
PARTS = ("workers", "curve", "memory", "start", "import")
NAMES = (*(workload.name for workload in workloads.ALL), *PARTS)


class Wanted(Struct, frozen=True, kw_only=True):
    """Which measurements are made, and how thoroughly."""

    names: tuple[str, ...]
    rounds: int
    seconds: int
    sizes: tuple[int, ...]
    cache: Path

    @property
    def workloads(self) -> list[Workload]:
        return [workload for workload in workloads.ALL if workload.name in self.names]


def main(  # noqa: PLR0917  typer passes by name
    only: Annotated[
        str, typer.Option(help=f"Beginnings of names, with commas between: {' '.join(NAMES)}.")
    ] = "",
    rounds: Annotated[int, typer.Option(min=1)] = 5,
    seconds: Annotated[int, typer.Option(min=1, help="Of each load.")] = 3,
    sizes: Annotated[str, typer.Option(help="Of the curve.")] = ",".join(map(str, SIZES)),
    stores: Annotated[Path, typer.Option(help="Where the demo stores are kept.")] = CACHE,
    output: Annotated[Path, typer.Option("-o", "--output")] = LATEST,
    docs: Annotated[bool, typer.Option("--docs", help=f"Renew {PAGE.name}.")] = False,
    again: Annotated[
        Path | None, typer.Option(help="Tell of an earlier run's results, measure nothing.")
    ] = None,
) -> None:
    """Measure, print tables, write JSON and a picture beside it."""
    starts_of_names = tuple(filter(None, only.split(",")))
    wanted = Wanted(
        names=tuple(name for name in NAMES if not only or name.startswith(starts_of_names)),
        rounds=rounds,
        seconds=seconds,
        sizes=tuple(map(int, sizes.split(","))),
        cache=stores.resolve(),
    )
    try:
        results = read_json(again) if again else measured(wanted)
    except Unfit as unfit:
        console.print(f"bench: {unfit}", style="red", markup=False)
        raise typer.Exit(1) from unfit
    tell(results, output, in_docs=docs)


def tell(results: Results, output: Path, *, in_docs: bool) -> None:
    print_results(results)
    write_json(results, output)
    draw(results, output.with_suffix(".svg"))
    if in_docs:
        renew_page(results)
        draw(results, PAGE.with_suffix(".svg"))
    for doubt in results.doubts():
        console.print(f"bench: {doubt}", style="yellow")


def measured(wanted: Wanted) -> Results:
    check_tools()
    wanted.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wanted.cache) as name:
        scratch = Path(name)
        found = Results(
            machine=machine(scratch),
            clients=CLIENTS,
            rounds=wanted.rounds,
            seconds=wanted.seconds,
        )
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {int(LOAD_CORE)})  # whatever asks from here on
        rows, crowd = served(wanted, scratch)
        curve, held = grown(wanted, scratch)
        facts = [*crowd, *held, *started(wanted, scratch)]
    if "import" in wanted.names:
        os.sched_setaffinity(0, cores)  # dlt may have them all
        facts += carried()
    return structs.replace(found, rows=rows, curve=curve, facts=facts)


def served(wanted: Wanted, scratch: Path) -> tuple[list[Row], list[Fact]]:
    """Everything that is asked of the store of 100 000 clients."""
    if not wanted.workloads and "workers" not in wanted.names:
        return [], []
    kept = demo_store(wanted.cache, CLIENTS)
    peer = peer_store(wanted.cache, kept)
    case = Case(kept=kept, known=known_of(kept), peer=peer, seconds=wanted.seconds)
    rows = interleaved(case, wanted, scratch) if wanted.workloads else []
    crowd = (
        two_workers(case, wanted.rounds, wanted.seconds, scratch)
        if "workers" in wanted.names
        else []
    )
    return rows, crowd


def interleaved(case: Case, wanted: Wanted, scratch: Path) -> list[Row]:
    with Field(case, scratch) as field:
        bouts = [Bout(workload, field) for workload in wanted.workloads]
        for bout in bouts:
            console.print(f"checking {bout.workload.name}")
            bout.check()
        console.print("warming up")
        warm_up(field)
        for number in range(1, wanted.rounds + 1):
            for bout in bouts:
                for side in bout.play(number, wanted.seconds):
                    console.print(f"round {number}: {bout.workload.name}, {side}")
    return [row(bout.workload, bout.course) for bout in bouts]


def started(wanted: Wanted, scratch: Path) -> Iterator[Fact]:
    if "start" in wanted.names:
        for size in sorted({CLIENTS, max(wanted.sizes)}):
            yield from starts(demo_store(wanted.cache, size), scratch)


def grown(wanted: Wanted, scratch: Path) -> tuple[list[Growth], list[Fact]]:
    """The curve, and the memory of the server of the largest store after it."""
    largest = max(wanted.sizes)
    sizes: Sequence[int] = wanted.sizes if "curve" in wanted.names else [largest]
    if not {"curve", "memory"} & set(wanted.names):
        return [], []
    stores = [demo_store(wanted.cache, size) for size in sizes]
    with Curve(stores, scratch) as curve:
        answered = curve.ask_all(wanted.rounds) if "curve" in wanted.names else []
        held = (
            memory(curve.servers[largest], curve.places[largest], wanted.seconds, scratch)
            if "memory" in wanted.names
            else []
        )
    asked = zip(questions.ALL, answered, strict=False)
    return [growth(question, found) for question, found in asked], held


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    app()
