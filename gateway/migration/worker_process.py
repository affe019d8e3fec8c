"""Fast path: A second process that shares a list of tasks with this one, in order.

How it works:

1. `Worker` starts a process, or takes the one that `start_early` has started. The process loads
   its modules, builds a function from what it is sent, and then runs one task after the other.
2. Tasks and results are bytes. They go through a pipe, in the order in which the tasks were sent.
   A thread per direction keeps the pipe moving.
3. `share_work` gives each task to the worker if the worker is ready and has few tasks open. All
   other tasks are done in this process, while the worker does its own.
4. Results are yielded in the order of the tasks. If the next result is one of the worker's and is
   not there yet, this process does another task instead of waiting, up to `MAX_WAITING_TASKS`.
5. A task that fails in the worker has an empty result, and so has every task after the process has
   ended. This process then does the task itself, and an error is raised here. Thus two processes
   differ from one only in the time they take.
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

RunTask = Callable[[bytes], bytes]
"""Runs a task in the worker and returns the result. The result is empty if the calling process
must do the task itself."""

NO_RESULT = b""
PRELOADED = ("gateway.migration.files.read_ahead", "gateway.app")
"""Modules that a worker loads before its first task: its own work, and all dialects."""
MAX_WAITING_TASKS = 8
"""Tasks whose results `share_work` has not yielded yet."""

Task_contra = TypeVar("Task_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)
Task = TypeVar("Task")
Result = TypeVar("Result")


class Work(Protocol[Task_contra, Result_co]):
    """The ways to do tasks of one kind in this process, and to send them to the worker and back."""

    def do_here(self, task: Task_contra) -> Result_co: ...
    def encode_task(self, task: Task_contra) -> bytes: ...
    def decode_result(self, task: Task_contra, encoded: bytes) -> Result_co: ...


def cores() -> int:
    """Return the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class StartedProcess(NamedTuple):
    """A process that waits at its end of the pipe for the function that runs its tasks."""

    pipe: Connection
    process: SpawnProcess


def start_process() -> StartedProcess:
    context = get_context("spawn")
    our_end, worker_end = context.Pipe()
    process = context.Process(target=run_worker, args=(worker_end,), daemon=True)
    with ignore_interrupts():
        process.start()
    worker_end.close()
    return StartedProcess(our_end, process)


@contextmanager
def ignore_interrupts() -> Iterator[None]:
    """Make processes that are started in the block ignore SIGINT.

    An interrupt is meant for the calling process. When that one ends, the pipe breaks, and the
    worker ends too.
    """
    if current_thread() is not main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


EARLY_PROCESSES: list[StartedProcess] = []
"""The process that `start_early` has started, until a `Worker` takes it."""


def start_early() -> None:
    """Start the process of the next `Worker` now, if there is a core for it.

    It loads its modules while this process still loads its own.
    """
    if cores() > 1 and not EARLY_PROCESSES:
        EARLY_PROCESSES.append(start_process())


class Worker:
    """A process that runs tasks, one after the other, in the order in which they are sent.

    `prepare` is called in the process with `arguments`. It returns the function that runs the
    tasks. `open_tasks` counts the tasks whose results have not been received.
    """

    def __init__(self, prepare: Callable[..., RunTask], *arguments: Any) -> None:
        self.pipe, self.process = EARLY_PROCESSES.pop() if EARLY_PROCESSES else start_process()
        with suppress(OSError):  # the process has ended: all results will be empty
            self.pipe.send_bytes(pickle.dumps((prepare, arguments)))
        self.is_ready = Event()
        self.open_tasks = 0
        self._tasks: SimpleQueue[bytes | None] = SimpleQueue()
        self._results: SimpleQueue[bytes | None] = SimpleQueue()
        self._has_ended = False
        # A pipe buffers little: without these threads each process would block until the other
        # one reads.
        self._threads = [
            Thread(target=t, daemon=True) for t in (self._send_tasks, self._receive_results)
        ]
        for thread in self._threads:
            thread.start()

    def _send_tasks(self) -> None:
        with suppress(OSError):
            while (encoded := self._tasks.get()) is not None:
                self.pipe.send_bytes(encoded)

    def _receive_results(self) -> None:
        with suppress(EOFError, OSError):
            self.pipe.recv_bytes()
            self.is_ready.set()
            while True:
                self._results.put(self.pipe.recv_bytes())
        self._results.put(None)

    @property
    def has_result(self) -> bool:
        """Whether `receive_result` would return without waiting."""
        return not self._results.empty()

    def send_task(self, encoded: bytes) -> None:
        """Queue a task for the worker. This does not wait."""
        self._tasks.put(encoded)
        self.open_tasks += 1

    def receive_result(self) -> bytes:
        """Wait for the result of the oldest open task and return it.

        The result is empty if the task failed or the process has ended.
        """
        self.open_tasks -= 1
        if self._has_ended:
            return NO_RESULT
        encoded = self._results.get()
        self._has_ended = encoded is None
        return encoded or NO_RESULT

    def close(self) -> None:
        """End the process. Open tasks are dropped."""
        self.process.terminate()
        self.process.join()
        self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        self.pipe.close()


def run_worker(pipe: Connection) -> None:
    """Run tasks from the pipe until it breaks: the main function of the second process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        with gc_paused():
            for module in PRELOADED:
                import_module(module)
        prepare, arguments = pickle.loads(pipe.recv_bytes())  # noqa: S301  our own
        run_task: RunTask = prepare(*arguments)
        with gc_relaxed():
            pipe.send_bytes(NO_RESULT)
            while True:
                pipe.send_bytes(run_or_no_result(run_task, pipe.recv_bytes()))


def run_or_no_result(run_task: RunTask, encoded: bytes) -> bytes:
    try:
        return run_task(encoded)
    except Exception:  # noqa: BLE001  it is raised again where the calling process does the task
        return NO_RESULT


def share_work(
    worker: Worker, work: Work[Task, Result], tasks: Iterator[Task], *, max_open_tasks: int
) -> Iterator[Result]:
    """Do tasks in both processes, and yield all results in the order of the tasks.

    The worker has up to `max_open_tasks` tasks at a time. Nearly `MAX_WAITING_TASKS` are right if
    the caller spends as much time on a result as the task takes; few if it comes back soon.
    """
    waiting: deque[tuple[bool, Callable[[], Result]]] = deque()
    for task in tasks:
        is_sent = worker.is_ready.is_set() and worker.open_tasks < max_open_tasks
        if is_sent:
            worker.send_task(work.encode_task(task))
            waiting.append((True, partial(finish_remote, worker, work, task)))
        else:
            waiting.append((False, attempt_here(work, task)))
        # The caller may need long for a result. So nothing is yielded before the worker has all
        # the tasks that it may have.
        while not (is_sent and worker.open_tasks < max_open_tasks) and waiting:
            if waiting[0][0] and not worker.has_result and len(waiting) < MAX_WAITING_TASKS:
                break
            was_sent, finish = waiting.popleft()
            yield finish()
            if was_sent:
                break
    while waiting:
        yield waiting.popleft()[1]()


def finish_remote(worker: Worker, work: Work[Task, Result], task: Task) -> Result:
    """Return the worker's result of its oldest open task, or do the task here if it has none."""
    encoded = worker.receive_result()
    return work.decode_result(task, encoded) if encoded else work.do_here(task)


def attempt_here(work: Work[Task, Result], task: Task) -> Callable[[], Result]:
    """Do a task now, and return a function that returns its result.

    If the task fails, that function does it again and raises the error: earlier results are
    yielded first.
    """
    try:
        result = work.do_here(task)
    except Exception:  # noqa: BLE001  it is raised again by the returned function
        return partial(work.do_here, task)
    return lambda: result
