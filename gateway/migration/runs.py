"""Runs from their start to their end: who holds one, how it stopped, where the next one begins."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from msgspec import structs

from storage import (
    Account,
    Client,
    Failure,
    Invalid,
    Problem,
    Run,
    RunLine,
    RunState,
    StartRun,
    Store,
    sanitize_text,
)

OVERLAP = timedelta(minutes=2)
"""The next run looks back so far behind the beginning of the last one: two clocks are never one,
and a write that was under way then may carry an earlier time."""


def run_holder() -> str:
    """Who runs it: a machine and a process."""
    return f"{socket.gethostname()} {os.getpid()}"


def refuse_another(store: Store, account: Account) -> None:
    """One run at a time: two would write over each other's shoulders."""
    for run in store.list_runs(account.id):
        if run.state is RunState.RUNNING and is_alive(run.holder):
            words = f"run {run.id} of this account is under way ({run.verb} {run.dialect})"
            raise Invalid(Problem(("account",), words))


def is_alive(named: str) -> bool:
    """Whether the process still runs. One on another machine cannot be asked, and counts as
    gone: who resumes its run says so."""
    host, _, number = named.partition(" ")
    if host != socket.gethostname() or not number.isdigit() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def finish_run(store: Store, run: Run) -> Iterator[None]:
    """The run is DONE at the end, or STOPPED with the reason; a killed process leaves it as it
    is, to be resumed."""
    try:
        yield
    except KeyboardInterrupt:
        store.end_run(run.id, RunState.STOPPED, "interrupted")
        raise
    except Exception as error:
        reason = str(error) if isinstance(error, Failure) else type(error).__name__
        store.end_run(run.id, RunState.STOPPED, reason)
        raise
    store.end_run(run.id, RunState.DONE)


def start_run(
    store: Store, account: Account, command: StartRun, interrupted: Run | None = None
) -> Run:
    """A new run, or the interrupted one once more."""
    refuse_another(store, account)
    if interrupted is not None:
        return store.resume_run(interrupted.id, run_holder())
    return store.start_run(account.id, structs.replace(command, holder=run_holder()))


def run_line(kind: str, client: str, *, field: str = "", text: str = "") -> RunLine:
    """A line of a run. Another server may have said what no store can hold."""
    client, field, text = (sanitize_text(word) for word in (client, field, text))
    return RunLine(kind=kind, client=client, field=field, text=text)


def last_done(store: Store, account: Account, command: StartRun) -> Run | None:
    """The newest finished run of the same kind."""
    same = (command.verb, command.dialect, command.source)
    done = (run for run in store.list_runs(account.id) if run.state is RunState.DONE)
    return next((run for run in done if (run.verb, run.dialect, run.source) == same), None)


def client_label(record: Client) -> str:
    return f"{record.number} {record.name}".strip()


ReportProgress = Callable[[int, int | None], None]
"""Told of progress: how many so far, and how many in all where that is known."""
