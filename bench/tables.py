"""The results as tables of text, for a terminal and for a page in Markdown."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.results import Fact, Figure, Growth, Ratio, Results, Row, Spread

TO = "\N{EN DASH}"
SPEED_HEADS = (
    "workload",
    "gateway /s",
    "p50, p99 ms",
    "ceiling /s",
    "of ceiling",
    "peer /s",
    "times the peer",
    "limited by",
)
VERDICTS = {True: "met", False: "**missed**", None: ""}


class Grid(NamedTuple):
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def grids(results: Results) -> Iterator[Grid]:
    """Those that the run has figures for."""
    if results.rows:
        heads: tuple[str, ...] = (
            "workload",
            "gateway /s",
            "p50, p99 ms",
            "ceiling /s",
            "of ceiling",
        )
        heads += ("peer /s", "times the peer", "limited by")
        yield Grid("Answers a second", heads, [*map(speed, results.rows)])
    if results.curve:
        sizes = [f"{thousands(size)} ms" for size in results.curve[0].medians]
        yield Grid(
            "Median latency by number of clients",
            ("question", *sizes, "growth", "asked", ""),
            [*map(grown, results.curve)],
        )
    if results.facts:
        yield Grid("Beside that", ("what", "measured", "asked", ""), [*map(told, results.facts)])


def speed(row: Row) -> list[str]:
    return [
        row.title,
        rates(row.gateway.rate),
        f"{row.gateway.p50:.1f}, {row.gateway.p99:.1f}",
        rates(row.ceiling.rate),
        ratio(row.of_ceiling, 3),
        rates(row.peer.rate),
        ratio(row.of_peer, 1),
        limit(row.gateway),
    ]


def grown(growth: Growth) -> list[str]:
    limit = "" if growth.limit is None else f", under {growth.limit:.0f} ms"
    return [
        growth.title,
        *(f"{took:.2f}" for took in growth.medians.values()),
        f"{growth.growth:.2f}",
        f"≤ {growth.asked:g}{limit}",
        VERDICTS[growth.is_met],
    ]


def told(fact: Fact) -> list[str]:
    mark = "≤" if fact.is_most else "≥"
    asked = "" if fact.asked is None else f"{mark} {fact.asked:g} {fact.unit}"
    return [fact.title, f"{spread(fact.value, fact.unit)}", asked, VERDICTS[fact.is_met]]


def limit(gateway: Figure) -> str:
    """The gateway's own core, the load's, or neither of them: the disk, or waiting."""
    if gateway.load_busy > max(gateway.server_busy, BUSY):
        return f"the load ({gateway.load_busy:.0%})"
    if gateway.server_busy > BUSY:
        return f"processor ({gateway.server_busy:.0%})"
    return f"waiting (processor {gateway.server_busy:.0%})"


BUSY = 0.85
"""From this share of its core on, the processor is what limits."""


def ratio(found: Ratio, digits: int) -> str:
    value = found.value
    text = f"{value.median:.{digits}f} ({value.least:.{digits}f}{TO}{value.most:.{digits}f})"
    return text if found.asked is None else f"{text} ≥ {found.asked:g} {VERDICTS[found.is_met]}"


def rates(value: Spread) -> str:
    low, high = thousands(round(value.least)), thousands(round(value.most))
    return f"{thousands(round(value.median))} ({low}{TO}{high})"


def spread(value: Spread, unit: str) -> str:
    if value.least == value.most:
        return f"{plain(value.median)} {unit}"
    return f"{plain(value.median)} {unit} ({plain(value.least)}{TO}{plain(value.most)})"


def plain(number: float) -> str:
    return thousands(round(number)) if number >= 100 else f"{number:.2f}"  # noqa: PLR2004


def thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")
