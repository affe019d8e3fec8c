"""Start, end and lookup of runs, with their holder and their report lines.

Only one run of an account is under way at a time.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from msgspec import structs

from dialects.base.dialect import Dialect
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
"""A run reads changes from this long before the start of the last run. Two clocks always differ,
and a write that was not committed yet at that start can have an earlier time."""
ReportProgress = Callable[[int, int | None], None]
"""Called with the number of clients so far, and with the total if that is known."""


def no_progress(_done: int, _total: int | None) -> None:
    """Show no progress: nobody watches."""


def run_holder() -> str:
    """Return the holder of a run that this process runs: host name and process id."""
    return f"{socket.gethostname()} {os.getpid()}"


def refuse_second_run(store: Store, account: Account) -> None:
    """Raise Invalid if a run of the account is under way: two runs would overwrite each other."""
    for run in store.list_runs(account.id):
        if run.state is RunState.RUNNING and is_alive(run.holder):
            words = f"run {run.id} of this account is under way ({run.verb} {run.dialect})"
            raise Invalid(Problem(("account",), words))


def is_alive(holder: str) -> bool:
    """Whether the process that holds a run still exists.

    A process on another host cannot be checked and counts as ended: to resume its run is the
    user's decision.
    """
    host, _, number = holder.partition(" ")
    if host != socket.gethostname() or not number.isdigit() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def leave_ids_to(dialect: Dialect, store: Store, account: Account) -> None:
    """From the first sync on, leave the ids of new clients to a service whose ids carry serials.

    Clients that are born here meanwhile have provisional ones, which no client of it will have.
    """
    if dialect.codec.has_serials:
        store.give_provisional_serials(account.id)


@contextmanager
def finish_run(store: Store, run: Run) -> Iterator[None]:
    """End a run with the block: DONE, or STOPPED with the reason if the block fails.

    The run of a killed process stays RUNNING. It can be resumed.
    """
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
    """Start a new run, or resume the interrupted one.

    Raises Invalid if another run of the account is under way.
    """
    refuse_second_run(store, account)
    if interrupted is not None:
        return store.resume_run(interrupted.id, run_holder())
    return store.start_run(account.id, structs.replace(command, holder=run_holder()))


def run_line(kind: str, client: str, *, field: str = "", text: str = "") -> RunLine:
    """Return a report line, without characters of another server that the store cannot hold."""
    client, field, text = (sanitize_text(part) for part in (client, field, text))
    return RunLine(kind=kind, client=client, field=field, text=text)


def find_last_done(store: Store, account: Account, command: StartRun) -> Run | None:
    """Find the newest run that is DONE and has the verb, dialect and source of the command."""
    kind = (command.verb, command.dialect, command.source)
    done_runs = (run for run in store.list_runs(account.id) if run.state is RunState.DONE)
    return next((run for run in done_runs if (run.verb, run.dialect, run.source) == kind), None)


def client_label(record: Client) -> str:
    """Return number and name, by which a person knows the client."""
    return f"{record.number} {record.name}".strip()
