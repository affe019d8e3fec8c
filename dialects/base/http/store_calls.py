import asyncio
import contextlib
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from storage import Store, WriteMethod

T = TypeVar("T")

READS, WRITES = CapacityLimiter(12), CapacityLimiter(16)
"""Store calls under way at once in one process: together as many as an engine has connections."""
FILES, COUNTS = CapacityLimiter(8), CapacityLimiter(4)
"""Files on their way and calls being counted at once; they hold no connection."""


def replica_options(request: Request, store: Store) -> dict[str, bool]:
    """For reads that may come from a replica: not those of a token that has written of late."""
    return {"may_lag": store.may_read_replica(request.scope["gateway.access"])}


async def run_read(method: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Ask the synchronous store without blocking the event loop."""
    call = functools.partial(method, *args, **kwargs)
    return await to_thread.run_sync(call, limiter=READS)


async def run_write(method: Callable[..., T], *args: Any) -> T:
    """Have the store write. Writers wait for each other: they must not keep readers waiting."""
    if isinstance(method, WriteMethod) and method.can_submit:
        return await await_write(method, *args)
    return await to_thread.run_sync(functools.partial(method, *args), limiter=WRITES)


async def await_write(method: WriteMethod[..., T], *args: Any) -> T:
    """No thread of its own sleeps until it has been written."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
            loop.call_soon_threadsafe(resolve, done)

    pending = method.submit(wake, *args)
    late = loop.call_later(method.wait_seconds, method.cancel, pending)
    try:
        await done
    finally:
        late.cancel()
    found: T = pending.result()
    return found


def resolve(done: asyncio.Future[None]) -> None:
    if not done.done():  # its caller may have gone
        done.set_result(None)


async def run_file_io(method: Callable[..., T], *args: Any) -> T:
    """Have the store move bytes of files. They are slow, and keep neither readers nor writers."""
    return await to_thread.run_sync(functools.partial(method, *args), limiter=FILES)


async def run_rate_check(method: Callable[..., T], *args: Any) -> T:
    """Have the store count a call: no file and no slow reader may keep the others waiting."""
    return await to_thread.run_sync(functools.partial(method, *args), limiter=COUNTS)
