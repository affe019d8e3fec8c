"""Interleaved rounds: in each, every workload goes to the gateway, its ceiling and its peer, one
after the other; while one is under load the others are idle."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct, structs

from bench import checking, servers
from bench.ceiling import Prepared
from bench.loading import Aim, Load, pass_through, play
from bench.machine import taken
from bench.preparing import PAGE, Case, ninja_pages, planado_pages
from bench.scripts import Order, Script
from bench.servers import Answer, Plan, Server
from bench.workloads import Workload

SIDES = ("gateway", "ceiling", "peer")
UNCOPIED = ("date", "content-length")
"""Headers that every server here adds by itself."""
COLD_SECONDS = 1
PEER_TIMES = 2
"""The peer plays longer: of its few answers those under way at the end would count."""
LONGEST_PASS = 120


class Turn(Struct, frozen=True, kw_only=True):
    """One load on one side. `server_busy` is the share of its core that the server took,
    `others` how many cores were taken by neither server nor load."""

    load: Load
    server_busy: float
    others: float


class Course(Struct, frozen=True, kw_only=True):
    """What became of a workload, round by round."""

    workload: str
    gateway: list[Turn] = []
    ceiling: list[Turn] = []
    peer: list[Turn] = []


class Pair(NamedTuple):
    gateway: Server
    peer: Server


class Field:
    """The servers of a run. Those that are written to have files of their own."""

    def __init__(self, case: Case, scratch: Path) -> None:
        self.case, self.scratch = case, scratch
        self._stack = ExitStack()

    def __enter__(self) -> "Field":
        copies = self.scratch / "written"
        shutil.copytree(self.case.kept.folder, copies, ignore=shutil.ignore_patterns("*.ndjson"))
        shutil.copytree(self.case.peer.folder, copies, dirs_exist_ok=True)
        with self._stack:
            self.reading = self._pair(self.case.kept.database, self.case.peer.database)
            self.writing = self._pair(copies / "gateway.db", copies / "peer.db")
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def pair(self, workload: Workload) -> Pair:
        return self.writing if workload.is_writing else self.reading

    def new_gateway(self) -> Server:
        return Server(servers.gateway(self.case.kept.database), self.scratch)

    def _pair(self, database: Path, peer: Path) -> Pair:
        return Pair(self._up(servers.gateway(database)), self._up(servers.peer(peer)))

    def _up(self, plan: Plan) -> Server:
        return self._stack.enter_context(Server(plan, self.scratch))


class Bout:
    """A workload on its field: checked first, then played round by round."""

    def __init__(self, workload: Workload, field: Field) -> None:
        self.workload, self._field = workload, field
        self._gateway, self._peer = field.pair(workload)
        self._samples: dict[str, list[Answer]] = {}
        self.course = Course(workload=workload.name)

    def check(self) -> None:
        gateway, peer = self._scripts(0)
        sampled = checking.sampled(self._gateway, gateway)
        sent = checking.typical(sampled)
        self._prepared = self._write_prepared(gateway, sent)
        with self._ceiling() as ceiling:
            ask = gateway.asks[0]
            by_ceiling = ceiling.ask(ask.path, gateway.headers, ask.method, ask.body)
            checking.check_same(sent, by_ceiling)
        peers = checking.sampled(self._peer, peer)
        self._samples = {"gateway": sampled, "ceiling": [by_ceiling], "peer": peers}

    def play(self, number: int, seconds: int) -> Iterator[str]:
        """Yields the sides as they are done; another one begins each round."""
        first = number % len(SIDES)
        seconds = COLD_SECONDS if self.workload.is_cold else seconds
        for side in SIDES[first:] + SIDES[:first]:
            getattr(self.course, side).append(self._turn(side, number, seconds))
            yield side

    def _turn(self, side: str, number: int, seconds: int) -> Turn:
        gateway, peer = self._scripts(number)
        match side:
            case "gateway":
                with self._measured_gateway() as server:
                    turn = self._on(server, gateway, number, seconds)
            case "peer":
                turn = self._on(self._peer, peer, number, seconds * PEER_TIMES)
            case _:
                with self._ceiling() as ceiling:
                    again = structs.replace(gateway, order=Order.ANY)
                    turn = self._under_load(ceiling, again, number, seconds)
        what = f"{self.workload.name} on the {side}"
        checking.check_size(turn.load, self._samples[side], what)
        return turn

    def _on(self, server: Server, script: Script, number: int, seconds: int) -> Turn:
        """Under load, and what it wrote compared with what it acknowledged."""
        is_creating = script.asks[0].method == "POST"
        before = self._total(server, script) if is_creating else 0
        turn = self._under_load(server, script, number, seconds)
        if is_creating:
            checking.check_growth(before, self._total(server, script), turn.load)
        elif self.workload.is_writing:
            checking.check_kept(server, script, turn.load)
        return turn

    def _under_load(self, server: Server, script: Script, number: int, seconds: int) -> Turn:
        connections = self.workload.connections
        aim = Aim(url=server.url, seconds=seconds, connections=connections, seed=number)
        before, whole, began = server.busy(), taken(), time.perf_counter()
        load = play(script, aim, self._field.scratch)
        worked, whole = server.busy() - before, taken() - whole
        others = (whole - worked - load.work) / (time.perf_counter() - began)
        busy = worked / load.seconds
        return Turn(load=load, server_busy=busy, others=max(0.0, others))

    def _total(self, server: Server, script: Script) -> int:
        return checking.total(server, script.asks[0].path, script.headers)

    def _scripts(self, number: int) -> tuple[Script, Script]:
        case = self._field.case
        return self.workload.gateway(case, number), self.workload.peer(case, number)

    @contextmanager
    def _measured_gateway(self) -> Iterator[Server]:
        if not self.workload.is_cold:
            yield self._gateway
            return
        with self._field.new_gateway() as server:
            yield server

    @contextmanager
    def _ceiling(self) -> Iterator[Server]:
        with Server(servers.ceiling(self._prepared), self._field.scratch) as server:
            yield server

    def _write_prepared(self, script: Script, sent: Answer) -> Path:
        headers = {k: v for k, v in sent.headers if k.lower() not in UNCOPIED}
        prepared = Prepared(
            method=script.asks[0].method,
            route=self.workload.route,
            status=sent.status,
            headers=headers,
            body=sent.body,
        )
        path = self._field.scratch / f"{self.workload.name}.answer"
        path.write_bytes(msgspec.msgpack.encode(prepared))
        return path


def warm_up(field: Field) -> None:
    """The gateway that is read from shows each client once in each dialect, page by page. What
    is written to stays as it is, and the peer keeps nothing between two requests."""
    aim = Aim(url=field.reading.gateway.url, seconds=LONGEST_PASS)
    ninja, planado = ninja_pages(field.case), planado_pages(field.case)
    pass_through(ninja, aim, field.scratch)
    pass_through(structs.replace(planado, asks=planado.asks[::PAGE]), aim, field.scratch)
