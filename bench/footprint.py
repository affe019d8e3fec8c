"""What a server costs before it has answered anything, and what it holds afterwards."""

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bench import servers
from bench.faults import Unfit
from bench.loading import Aim, play
from bench.questions import NINJA, PAGE, Place
from bench.results import Fact, Spread
from bench.scripts import Ask, Script
from bench.servers import Server
from bench.stores import Kept
from dialects.ninja.protocol.id_codec import id_codec
from gateway.demo.clients import demo_client

STARTS = 5
LONGEST_START = 1.0
MOST_MEMORY = 200.0
DIFFERENT = 20_000
"""Requests of each kind before the memory is read."""


def starts(kept: Kept, scratch: Path) -> list[Fact]:
    """From the command to the first answer at all, and to that of the first list."""
    headers = {"X-API-TOKEN": kept.tokens.ninja}
    alive, listed = [], []
    with Server(servers.gateway(kept.database), scratch):
        pass  # the first one of all compiles what it imports
    for _ in range(STARTS):
        began = time.perf_counter()
        with Server(servers.gateway(kept.database), scratch) as server:
            alive.append(time.perf_counter() - began)
            first = server.ask(NINJA, headers)
            listed.append(time.perf_counter() - began)
        if first.status != 200:  # noqa: PLR2004
            raise Unfit(f"the first list of a gateway was answered {first.status}")
    size = f"{kept.clients:,} clients".replace(",", " ")
    return [
        started(f"start-{kept.clients}", f"start to /livez, {size}", alive),
        started(f"start-list-{kept.clients}", f"start to the first list, {size}", listed),
    ]


def started(name: str, title: str, took: list[float]) -> Fact:
    return Fact(
        name=name, title=title, unit="s", value=Spread.of(took), asked=LONGEST_START, is_most=True
    )


def memory(server: Server, place: Place, seconds: int, scratch: Path) -> list[Fact]:
    """Of a worker that has been asked for pages and single clients all over the store."""
    for script in reads(place):
        play(script, Aim(url=server.url, seconds=seconds), scratch)
    found = server.memory()
    size = f"{place.kept.clients:,} clients".replace(",", " ")
    return [
        held("memory", f"memory of a worker (RSS), {size}", found.rss, asked=MOST_MEMORY),
        held("memory-pss", f"its share of memory (PSS), {size}", found.pss),
    ]


def held(name: str, title: str, megabytes: float, asked: float | None = None) -> Fact:
    value = Spread.of([megabytes])
    return Fact(name=name, title=title, unit="MB", value=value, asked=asked, is_most=True)


def reads(place: Place) -> Iterator[Script]:
    """Lists and single clients by chance, in both dialects."""
    drawn = random.Random(0)  # noqa: S311  repeats itself
    some = drawn.sample(range(place.kept.clients), min(place.kept.clients, DIFFERENT))
    ids, pages = id_codec(""), -(-place.kept.clients // PAGE)
    yield script(place.ninja, (f"{NINJA}?page={1 + n % pages}" for n in some))
    yield script(place.ninja, (f"{NINJA}/{ids.encode(n + 1)}" for n in some))
    clients = [client for client in map(demo_client, some) if not client.is_deleted]
    keys = [client.external_id for client in clients if client.external_id]
    yield script(place.planado, (f"/v2/clients?limit={PAGE}&after={key}" for key in keys))
    yield script(place.planado, (f"/v2/clients/{key}" for key in keys))


def script(headers: Mapping[str, str], paths: Iterable[str]) -> Script:
    return Script(headers=dict(headers), asks=tuple(map(Ask, paths)))
