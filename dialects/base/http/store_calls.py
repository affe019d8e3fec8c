"""Calls of the synchronous store from the event loop, with a limit of threads for each kind.

Reads, writes, file transfers and rate checks have a limiter each, so that a slow kind does not
make another kind wait. A write that can be submitted uses no thread: it is awaited as a future.
"""

import asyncio
import contextlib
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from storage import Store, WriteMethod

T = TypeVar("T")

READ_LIMITER, WRITE_LIMITER = CapacityLimiter(12), CapacityLimiter(16)
"""Store calls that run at once in one process: together as many as an engine has connections."""
FILE_LIMITER, RATE_CHECK_LIMITER = CapacityLimiter(8), CapacityLimiter(4)
"""File transfers and rate checks that run at once; they hold no connection."""


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
