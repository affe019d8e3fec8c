"""The results as one picture: ratios as bars beside what is asked, the curve as lines."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.results import Growth, Ratio, Results, Row

mpl.use("svg")
mpl.rcParams["svg.fonttype"] = "none"
mpl.rcParams["svg.hashsalt"] = "bench"
GOOD, BAD, PLAIN, ASKED = "#2a7f62", "#c0392b", "#7a8793", "#222222"
COLOURS = {True: GOOD, False: BAD, None: PLAIN}


def draw(results: Results, path: Path) -> None:
    drawn = Figure(figsize=(14, 5.2), layout="constrained")
    of_ceiling, of_peer, curve = drawn.subplots(1, 3)
    bars(of_ceiling, "share of the ceiling's rate", results.rows, lambda row: row.of_ceiling)
    bars(of_peer, "times the peer's rate", results.rows, lambda row: row.of_peer)
    of_peer.set_xscale("log")
    of_peer.tick_params(labelleft=False)
    lines(curve, results.curve)
    drawn.savefig(path, metadata={"Date": None, "Creator": None})


def bars(axes: Axes, title: str, rows: Sequence[Row], of: Callable[[Row], Ratio]) -> None:
    """The longest row of a table on top; a mark stands where the target is."""
    found = [of(row) for row in reversed(rows)]
    values = [ratio.value for ratio in found]
    spans = (
        [value.median - value.least for value in values],
        [value.most - value.median for value in values],
    )
    axes.barh(
        [row.title for row in reversed(rows)],
        [value.median for value in values],
        xerr=spans,
        color=[COLOURS[ratio.is_met] for ratio in found],
        error_kw={"ecolor": PLAIN, "capsize": 2},
    )
    for place, ratio in enumerate(found):
        if ratio.asked is not None:
            axes.plot([ratio.asked] * 2, [place - 0.45, place + 0.45], color=ASKED, linewidth=2)
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def lines(axes: Axes, curve: Sequence[Growth]) -> None:
    for growth in curve:
        sizes, took = zip(*growth.medians.items(), strict=True)
        axes.plot(sizes, took, marker="o", label=growth.title.replace("`", ""))
    axes.set(xscale="log", yscale="log", xlabel="clients")
    axes.set_title("median latency, ms", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    if curve:
        axes.legend(fontsize="small", frameon=False)
