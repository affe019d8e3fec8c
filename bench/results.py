"""What a run found, as it is written to JSON: medians with their spread, ratios, verdicts."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from statistics import median

from msgspec import Struct

from bench.curve import Answered
from bench.machine import Machine, doubts
from bench.questions import Question
from bench.rounds import Course, Turn
from bench.workloads import Workload

DISTURBING = 0.15
"""So many cores of other work make a figure doubtful."""


class Spread(Struct, frozen=True):
    """Over the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median(values), min(values), max(values))


class Figure(Struct, frozen=True, kw_only=True):
    """One side of a workload. `rate` is in answers a second, `p50` and `p99` in milliseconds,
    `size` in bytes an answer; busy is the share of its core that the server took, or wrk, and
    `others` how many cores other work took meanwhile."""

    rate: Spread
    p50: float
    p99: float
    size: float
    server_busy: float
    load_busy: float
    others: float


class Ratio(Struct, frozen=True, kw_only=True):
    """Of the rates of the same round; `asked` is what it is to be at least."""

    value: Spread
    asked: float | None = None
    is_met: bool | None = None


class Row(Struct, frozen=True, kw_only=True):
    name: str
    title: str
    gateway: Figure
    ceiling: Figure
    peer: Figure
    of_ceiling: Ratio
    of_peer: Ratio


class Growth(Struct, frozen=True, kw_only=True):
    """A question of the curve: median milliseconds by size, the last beside the first."""

    name: str
    title: str
    medians: dict[int, float]
    growth: float
    asked: float
    limit: float | None
    is_met: bool


class Fact(Struct, frozen=True, kw_only=True):
    """Any other figure. `asked` is its least or, with `is_most`, its most; None asks nothing."""

    name: str
    title: str
    unit: str
    value: Spread
    asked: float | None = None
    is_most: bool = False

    @property
    def is_met(self) -> bool | None:
        if self.asked is None:
            return None
        return self.value.median <= self.asked if self.is_most else self.value.median >= self.asked


class Results(Struct, frozen=True, kw_only=True):
    machine: Machine
    clients: int
    rounds: int
    seconds: int
    rows: list[Row] = []
    curve: list[Growth] = []
    facts: list[Fact] = []

    def doubts(self) -> list[str]:
        """Why the figures may be worth little."""
        said = doubts(self.machine)
        for row in self.rows:
            others = max(side.others for side in (row.gateway, row.ceiling, row.peer))
            if others > DISTURBING:
                said.append(f"{row.name}: other work took {others:.1f} cores meanwhile")
        return said


def row(workload: Workload, course: Course) -> Row:
    gateway, ceiling, peer = course.gateway, course.ceiling, course.peer
    return Row(
        name=workload.name,
        title=workload.title,
        gateway=figure(gateway),
        ceiling=figure(ceiling),
        peer=figure(peer),
        of_ceiling=ratio(gateway, ceiling, workload.target.of_ceiling),
        of_peer=ratio(gateway, peer, workload.target.of_peer),
    )


def figure(turns: Sequence[Turn]) -> Figure:
    def middle(of: Callable[[Turn], float]) -> float:
        return median(map(of, turns))

    return Figure(
        rate=Spread.of([turn.load.rate for turn in turns]),
        p50=middle(attrgetter("load.p50")),
        p99=middle(attrgetter("load.p99")),
        size=middle(attrgetter("load.size")),
        server_busy=middle(attrgetter("server_busy")),
        load_busy=middle(attrgetter("load.busy")),
        others=middle(attrgetter("others")),
    )


def ratio(ours: Sequence[Turn], theirs: Sequence[Turn], asked: float | None) -> Ratio:
    pairs = zip(ours, theirs, strict=True)
    value = Spread.of([mine.load.rate / other.load.rate for mine, other in pairs])
    return Ratio(value=value, asked=asked, is_met=None if asked is None else value.median >= asked)


def growth(question: Question, answered: Answered) -> Growth:
    medians = answered.medians()
    smallest, largest = medians[min(medians)], medians[max(medians)]
    is_short = question.limit is None or largest < question.limit
    return Growth(
        name=question.name,
        title=question.title,
        medians=medians,
        growth=largest / smallest,
        asked=question.growth,
        limit=question.limit,
        is_met=largest / smallest <= question.growth and is_short,
    )
