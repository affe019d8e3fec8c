"""Two workers beside one: server and load on the same two cores, so that the load takes part of
what two workers could have. Therefore answers per second of the server's own processor time are
told as well: what a worker does when it is not alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from . import servers
from .loading import Aim, pass_through, play
from .preparing import Case, ninja_each, ninja_pages
from .results import Fact, Spread
from .rounds import LONGEST_PASS
from .scripts import Script
from .servers import Server

CORES = "0,1"
LEAST = 1.7
WORKERS = (1, 2)
SCRIPTS = {"list": ninja_pages, "one": ninja_each}
TITLES = {"list": "list of 20, random page", "one": "one at random"}


class Crowd(NamedTuple):
    """`per_second` is answers a second, `per_work` answers a second of the server's time,
    `load` the cores that wrk took."""

    per_second: float
    per_work: float
    load: float


def two_workers(case: Case, rounds: int, seconds: int, scratch: Path) -> list[Fact]:
    found: dict[tuple[str, int], list[Crowd]] = {(s, w): [] for s in SCRIPTS for w in WORKERS}
    with ExitStack() as stack:
        plans = {w: servers.gateway(case.kept.database, workers=w, cores=CORES) for w in WORKERS}
        up = {w: stack.enter_context(Server(plan, scratch)) for w, plan in plans.items()}
        for workers, server in up.items():
            for _ in range(workers):  # each worker shall have shown most of the pages
                pass_through(ninja_pages(case), aim(server, LONGEST_PASS), scratch)
        for number in range(rounds):
            for name, workers in turned(list(found), number):
                script = SCRIPTS[name](case)
                found[name, workers].append(crowded(up[workers], script, seconds, scratch))
    return [fact for name in SCRIPTS for fact in facts(name, found[name, 1], found[name, 2])]


def crowded(server: Server, script: Script, seconds: int, scratch: Path) -> Crowd:
    before = server.busy()
    load = play(script, aim(server, seconds), scratch)
    return Crowd(load.rate, load.answers / (server.busy() - before), load.busy)


def aim(server: Server, seconds: int) -> Aim:
    return Aim(url=server.url, seconds=seconds, cores=CORES)


def facts(name: str, alone: list[Crowd], both: list[Crowd]) -> Iterator[Fact]:
    def ratio(field: str) -> Spread:
        pairs = zip(alone, both, strict=True)
        return Spread.of([getattr(two, field) / getattr(one, field) for one, two in pairs])

    what = TITLES[name]
    yield Fact(
        name=f"workers-{name}",
        title=f"two workers beside one, {what}",
        unit="x",
        value=ratio("per_second"),
        asked=LEAST,
    )
    yield Fact(
        name=f"workers-{name}-work",
        title=f"… per second of their processor time, {what}",
        unit="x",
        value=ratio("per_work"),
    )
    yield Fact(
        name=f"workers-{name}-load",
        title=f"… cores that the load took meanwhile, {what}",
        unit="cores",
        value=Spread.of([two.load for two in both]),
    )


def turned(pairs: list[tuple[str, int]], number: int) -> list[tuple[str, int]]:
    """The other number of workers begins each round."""
    return pairs if number % 2 == 0 else pairs[::-1]
