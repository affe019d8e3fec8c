"""Calls of the synchronous store from the event loop, with a limit of threads for each kind.

Reads, writes, file transfers, rate checks and slow hashes have a limiter each, so that a slow kind
does not make another kind wait. A write that can be submitted uses no thread: it is awaited as a
future.
"""

import asyncio
import contextlib
import functools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from storage import Store, WriteMethod

T = TypeVar("T")

READ_LIMITER, WRITE_LIMITER = CapacityLimiter(12), CapacityLimiter(16)
"""Store calls that run at once in one process: together as many as an engine has connections."""
FILE_LIMITER, RATE_CHECK_LIMITER = CapacityLimiter(8), CapacityLimiter(4)
"""File transfers and rate checks that run at once; they hold no connection."""
MAX_HASHES = 2
"""Slow hashes that run at once. Each takes 64 MiB and four threads."""
HASH_NICENESS = 10
"""A tenth of the share of a core that other threads get."""
GUESS_LIMITER, MAX_WAITING_GUESSES = CapacityLimiter(1), 8
"""Look-ups of tokens that may be guesses: how many run at once, and how many wait."""


def replica_options(request: Request, store: Store) -> dict[str, bool]:
    """Return the option of a read that says whether a replica may answer it.

    A token that has written recently reads from the primary.
    """
    return {"may_lag": store.may_read_replica(request.scope["gateway.access"])}


async def run_read(method: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a read of the store in a thread, without blocking the event loop."""
    call = functools.partial(method, *args, **kwargs)
    return await to_thread.run_sync(call, limiter=READ_LIMITER)


async def run_write(method: Callable[..., T], *args: Any) -> T:
    """Run a write of the store.

    Writers wait for each other. They have a limiter of their own, so that reads do not wait too.
    """
    if isinstance(method, WriteMethod) and method.can_submit:
        return await await_write(method, *args)
    return await to_thread.run_sync(functools.partial(method, *args), limiter=WRITE_LIMITER)


async def await_write(method: WriteMethod[..., T], *args: Any) -> T:
    """Submit a write and await its commit. No thread sleeps meanwhile.

    A write that is still pending after `wait_seconds` is cancelled.
    """
    loop = asyncio.get_running_loop()
    finished = loop.create_future()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: no request waits
            loop.call_soon_threadsafe(resolve_future, finished)

    pending = method.submit(wake, *args)
    timeout = loop.call_later(method.wait_seconds, method.cancel, pending)
    try:
        await finished
    finally:
        timeout.cancel()
    result: T = pending.result()
    return result


def resolve_future(future: asyncio.Future[None]) -> None:
    if not future.done():  # the request may have been cancelled
        future.set_result(None)


async def run_file_io(method: Callable[..., T], *args: Any) -> T:
    """Run a transfer of file bytes in a thread. It is slow, but no read or write waits for it."""
    return await to_thread.run_sync(functools.partial(method, *args), limiter=FILE_LIMITER)


async def run_rate_check(method: Callable[..., T], *args: Any) -> T:
    """Run a check of the rate limiter in a thread. It does not wait for files or slow reads."""
    return await to_thread.run_sync(functools.partial(method, *args), limiter=RATE_CHECK_LIMITER)


async def run_hash(method: Callable[..., T], *args: Any) -> T:
    """Run a slow hash in a thread. Only other hashes wait for it."""
    call = functools.partial(method, *args)
    return await asyncio.get_running_loop().run_in_executor(hash_pool(), call)


@functools.cache
def hash_pool() -> ThreadPoolExecutor:
    """Return the threads of slow hashes.

    They are no threads of anyio, because these also read, and a thread that has given way to
    others cannot take that back.
    """
    return ThreadPoolExecutor(MAX_HASHES, "hash", initializer=give_way)


def give_way() -> None:
    """Let all other threads go first, also before those that this thread starts.

    Two hashes take eight threads. Readers waited up to 0.2 s for a core, and 0.02 s without them.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), HASH_NICENESS)


async def run_guess(method: Callable[..., T], *args: Any) -> T | None:
    """Look up what may be a guess, one at a time. None, without a look-up, if many wait."""
    if GUESS_LIMITER.statistics().tasks_waiting >= MAX_WAITING_GUESSES:
        return None
    return await to_thread.run_sync(functools.partial(method, *args), limiter=GUESS_LIMITER)
