"""A second process that shares the work of this one: whoever of the two is free takes the next
piece, and the pieces stay in their order.

What the other process cannot do, a failure above all, is done here once more: so nothing differs
from working alone but the time it takes.
"""

import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from threading import Event, Thread, current_thread, main_thread
from typing import Any, NamedTuple, Protocol, TypeVar

from gateway.gc_tuning import gc_paused, gc_relaxed

Answer = Callable[[bytes], bytes]
"""What the process does with what it is asked; empty when its caller is to do that himself."""

NOTHING = b""
TASKS = ("gateway.migration.files.read_ahead", "dialects.ninja", "dialects.planado")
"""Modules of nearly all that such a process may be told to do."""
HELD = 8
"""Pieces that are held at most."""

Piece_contra = TypeVar("Piece_contra", contravariant=True)
Done_co = TypeVar("Done_co", covariant=True)
Piece = TypeVar("Piece")
Done = TypeVar("Done")


class Work(Protocol[Piece_contra, Done_co]):
    """What can be done here with a piece, and what is sent for it and comes back."""

    def do_here(self, piece: Piece_contra) -> Done_co: ...
    def encode_task(self, piece: Piece_contra) -> bytes: ...
    def decode_result(self, piece: Piece_contra, answer: bytes) -> Done_co: ...


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class StartedProcess(NamedTuple):
    """A process that has yet to hear, on this line, what it is to do."""

    pipe: Connection
    process: SpawnProcess


def start_process() -> StartedProcess:
    context = get_context("spawn")
    line, end = context.Pipe()
    process = context.Process(target=serve, args=(end,), daemon=True)
    with uninterrupted():
        process.start()
    end.close()
    return StartedProcess(line, process)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Processes that begin inside leave interrupts alone: who interrupts means the process that
    asks, and when that one ends the line breaks."""
    if current_thread() is not main_thread():
        yield
        return
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept)


AHEAD_OF_TIME: list[StartedProcess] = []


def start_early() -> None:
    """For who will soon need a worker, and has yet to load what he needs himself: meanwhile the
    other process does the same."""
    if cores() > 1 and not AHEAD_OF_TIME:
        AHEAD_OF_TIME.append(start_process())


class Worker:
    """`prepare` makes, over there, of these arguments the answerer."""

    def __init__(self, prepare: Callable[..., Answer], *given: Any) -> None:
        self.pipe, self.process = AHEAD_OF_TIME.pop() if AHEAD_OF_TIME else start_process()
        with suppress(OSError):  # one that has ended answers nothing
            self.pipe.send_bytes(pickle.dumps((prepare, given)))
        self.is_ready = Event()
        self.open_tasks = 0
        """Questions whose answers have not been taken."""
        self._tasks: SimpleQueue[bytes | None] = SimpleQueue()
        self._results: SimpleQueue[bytes | None] = SimpleQueue()
        self._has_ended = False
        # The line holds little: without these each would wait until the other has the time.
        self._threads = [
            Thread(target=t, daemon=True) for t in (self._send_tasks, self._receive_results)
        ]
        for thread in self._threads:
            thread.start()

    def _send_tasks(self) -> None:
        with suppress(OSError):
            while (question := self._tasks.get()) is not None:
                self.pipe.send_bytes(question)

    def _receive_results(self) -> None:
        with suppress(EOFError, OSError):
            self.pipe.recv_bytes()
            self.is_ready.set()
            while True:
                self._results.put(self.pipe.recv_bytes())
        self._results.put(None)

    @property
    def has_answered(self) -> bool:
        return not self._results.empty()

    def send_task(self, question: bytes) -> None:
        self._tasks.put(question)
        self.open_tasks += 1

    def receive_result(self) -> bytes:
        """To the first question whose answer has not been taken; waits for it."""
        self.open_tasks -= 1
        if self._has_ended:
            return NOTHING
        found = self._results.get()
        self._has_ended = found is None
        return found or NOTHING

    def close(self) -> None:
        self.process.terminate()
        self.process.join()
        self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        self.pipe.close()


def serve(line: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        with gc_paused():
            for module in TASKS:
                import_module(module)
        prepare, given = pickle.loads(line.recv_bytes())  # noqa: S301  our own
        answer: Answer = prepare(*given)
        with gc_relaxed():
            line.send_bytes(NOTHING)
            while True:
                line.send_bytes(answer_or_nothing(answer, line.recv_bytes()))


def answer_or_nothing(answer: Answer, question: bytes) -> bytes:
    try:
        return answer(question)
    except Exception:  # noqa: BLE001  it happens again where it was asked
        return NOTHING


def share_work(
    worker: Worker, work: Work[Piece, Done], pieces: Iterator[Piece], *, asked: int
) -> Iterator[Done]:
    """All pieces, done, in their order. The other process is `asked` for so many at once: for
    nearly all that are held where whoever takes them has as much to do with each himself, for few
    where he is soon back for the next."""
    ahead: deque[tuple[bool, Callable[[], Done]]] = deque()
    for piece in pieces:
        is_asked = worker.is_ready.is_set() and worker.open_tasks < asked
        if is_asked:
            worker.send_task(work.encode_task(piece))
        done = (
            partial(finish_remote, worker, work, piece) if is_asked else attempt_here(work, piece)
        )
        ahead.append((is_asked, done))
        # Whoever takes a piece may be long about it: before that the other process has its own.
        while not (is_asked and worker.open_tasks < asked) and ahead:
            if ahead[0][0] and not worker.has_answered and len(ahead) < HELD:
                break
            was_asked, done = ahead.popleft()
            yield done()
            if was_asked:
                break
    while ahead:
        yield ahead.popleft()[1]()


def finish_remote(worker: Worker, work: Work[Piece, Done], piece: Piece) -> Done:
    answer = worker.receive_result()
    return work.decode_result(piece, answer) if answer else work.do_here(piece)


def attempt_here(work: Work[Piece, Done], piece: Piece) -> Callable[[], Done]:
    """A failure waits for its turn: what was before it is not held up."""
    try:
        done = work.do_here(piece)
    except Exception:  # noqa: BLE001  it happens again then
        return partial(work.do_here, piece)
    return lambda: done
