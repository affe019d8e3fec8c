"""How the time of an answer grows with the number of clients: one caller, sizes interleaved."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from msgspec import Struct

from bench import servers
from bench.asking import Caller
from bench.checking import records
from bench.faults import Unfit
from bench.questions import ALL, Place, Question, prepared
from bench.servers import Server
from bench.stores import Kept, console

SIZES = (1_000, 10_000, 100_000, 1_000_000)
REQUESTS = 40
WARMING = 3


class Answered(Struct, frozen=True, kw_only=True):
    """A question's milliseconds by size, each request's."""

    question: str
    took: dict[int, list[float]]

    def medians(self) -> dict[int, float]:
        return {size: median(took) for size, took in self.took.items()}


class Curve:
    """One server per size, all up, one asked at a time."""

    def __init__(self, stores: Sequence[Kept], scratch: Path) -> None:
        self._stores, self._scratch = stores, scratch
        self._stack = ExitStack()
        self.servers: dict[int, Server] = {}
        self.places: dict[int, Place] = {}

    def __enter__(self) -> "Curve":
        with self._stack:
            for kept in self._stores:
                self._start(kept)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self, kept: Kept) -> None:
        read_whole(kept.database)
        server = self._stack.enter_context(Server(servers.gateway(kept.database), self._scratch))
        caller = self._stack.enter_context(Caller(server.port))
        self.servers[kept.clients] = server
        self.places[kept.clients] = Place(kept=kept, caller=caller)

    def ask_all(self, rounds: int) -> list[Answered]:
        found = []
        for question in ALL:
            console.print(f"curve: {question.name}")
            found.append(self._ask(question, rounds))
        return found

    def _ask(self, question: Question, rounds: int) -> Answered:
        """Each path once, a share of them in each round. The first few only warm the way."""
        paths = {
            size: prepared(question, place, WARMING + REQUESTS)
            for size, place in self.places.items()
        }
        took: dict[int, list[float]] = {size: [] for size in paths}
        for size in paths:
            self._share(question, size, paths[size][:WARMING])
        for number in range(rounds):
            for size in turned(list(paths), number):
                took[size] += self._share(question, size, paths[size][WARMING:][number::rounds])
        return Answered(question=question.name, took=took)

    def _share(self, question: Question, size: int, paths: Sequence[str]) -> list[float]:
        place = self.places[size]
        return [timed(question, place, path, question.headers(place)) for path in paths]


def timed(question: Question, place: Place, path: str, headers: Mapping[str, str]) -> float:
    took, found = place.caller.timed(path, headers)
    if not question.fewest <= len(records(found)) <= question.most:
        raise Unfit(f"GET {path} at {place.kept.clients} clients finds {len(records(found))}")
    return took


def turned(sizes: list[int], number: int) -> list[int]:
    """Another size begins each round."""
    first = number % len(sizes)
    return sizes[first:] + sizes[:first]


def read_whole(path: Path) -> None:
    """Into the system's cache: the disk is not what is measured."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass
