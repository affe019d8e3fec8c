"""Two workers beside one. Server and load share their cores: one worker and its load have one, two
workers and their load have two, so that the load takes the same part of both. Told as well is one
worker whose load has the other core: two workers, who share theirs with it, cannot come up to twice
of that. And answers per second of the servers' own processor time."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from bench import servers
from bench.loading import Aim, pass_through, play
from bench.preparing import Case, ninja_each, ninja_pages
from bench.results import Fact, Spread
from bench.rounds import LONGEST_PASS
from bench.scripts import Script
from bench.servers import Server

LEAST = 1.7
SCRIPTS = {"list": ninja_pages, "one": ninja_each}
TITLES = {"list": "list of 20, random page", "one": "one at random"}


class Setting(NamedTuple):
    """So many workers on these cores, and their load on the same."""

    workers: int
    cores: str


ONE, ROOMY, TWO = Setting(1, "0"), Setting(1, "0,1"), Setting(2, "0,1")
SETTINGS = (ONE, ROOMY, TWO)


class Crowd(NamedTuple):
    """`per_second` is answers a second, `per_work` answers a second of the server's time,
    `load` the cores that wrk took."""

    per_second: float
    per_work: float
    load: float


Found = dict[Setting, list[Crowd]]


def two_workers(case: Case, rounds: int, seconds: int, scratch: Path) -> list[Fact]:
    found: dict[str, Found] = {name: {setting: [] for setting in SETTINGS} for name in SCRIPTS}
    with ExitStack() as stack:
        up: dict[Setting, Server] = {}
        for setting in SETTINGS:
            workers, cores = setting
            plan = servers.gateway(case.kept.database, workers=workers, cores=cores)
            up[setting] = server = stack.enter_context(Server(plan, scratch))
            for _ in range(workers):  # each worker shall have shown most of the pages
                pass_through(ninja_pages(case), aim(server, setting, LONGEST_PASS), scratch)
        for number in range(rounds):
            for name, setting in turned([(n, s) for n in SCRIPTS for s in SETTINGS], number):
                target = aim(up[setting], setting, seconds)
                crowd = crowded(up[setting], SCRIPTS[name](case), target, scratch)
                found[name][setting].append(crowd)
    return [fact for name in SCRIPTS for fact in facts(name, found[name])]


def crowded(server: Server, script: Script, target: Aim, scratch: Path) -> Crowd:
    before = server.busy()
    load = play(script, target, scratch)
    return Crowd(load.rate, load.answers / (server.busy() - before), load.busy)


def aim(server: Server, setting: Setting, seconds: int) -> Aim:
    return Aim(url=server.url, seconds=seconds, cores=setting.cores)


def facts(name: str, found: Found) -> Iterator[Fact]:
    def ratio(field: str, one: Setting) -> Spread:
        pairs = zip(found[one], found[TWO], strict=True)
        return Spread.of([getattr(both, field) / getattr(alone, field) for alone, both in pairs])

    what = TITLES[name]
    yield Fact(
        name=f"workers-{name}",
        title=f"two workers beside one, each with its load on as many cores, {what}",
        unit="x",
        value=ratio("per_second", ONE),
        asked=LEAST,
    )
    yield Fact(
        name=f"workers-{name}-roomy",
        title=f"… beside one whose load has the other core, {what}",
        unit="x",
        value=ratio("per_second", ROOMY),
    )
    yield Fact(
        name=f"workers-{name}-load",
        title=f"… cores that the load of two took meanwhile, {what}",
        unit="cores",
        value=Spread.of([two.load for two in found[TWO]]),
    )
    yield Fact(
        name=f"workers-{name}-work",
        title=f"… per second of their processor time, {what}",
        unit="x",
        value=ratio("per_work", ROOMY),
    )


def turned(pairs: list[tuple[str, Setting]], number: int) -> list[tuple[str, Setting]]:
    """The other number of workers begins each round."""
    return pairs if number % 2 == 0 else pairs[::-1]
