"""Readiness: whether this process can do its work, by doing a little of everything.

The answer needs no token, so it costs little and says little: each check is "ok", "failed" or
"too slow", and the reasons are in the log. Callers share one run of the checks a second.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from dialects.base.http.store_calls import run_file_io, run_read, run_write
from storage import Store, Unavailable, free_bytes

logger = logging.getLogger("gateway.readiness")

MIN_INTERVAL = 1.0
"""Seconds between the starts of two runs."""
MAX_SECONDS = 5.0
"""Seconds after which a check is too slow. It goes on, and no second one is started beside it."""
MEBIBYTE = 2**20

Check = Callable[[], Awaitable[None]]


class Readiness:
    """The checks of one process, and the results of their last run."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._tasks: dict[str, asyncio.Future[None]] = {}
        self._run: asyncio.Task[dict[str, str]] | None = None
        self._started_at = 0.0
        self._last_results: dict[str, str] = {}

    async def results(self) -> dict[str, str]:
        """Return the result of each check by its name, of a run that may be a second old."""
        is_old = time.monotonic() - self._started_at >= MIN_INTERVAL
        if self._run is None or (self._run.done() and is_old):
            self._started_at = time.monotonic()
            self._run = asyncio.create_task(self._run_checks())
        return await asyncio.shield(self._run)

    async def _run_checks(self) -> dict[str, str]:
        results = await asyncio.gather(*map(self._result, self._checks))
        return dict(zip(self._checks, results, strict=True))

    async def _result(self, name: str) -> str:
        task = self._tasks.get(name)
        if task is None or task.done():
            task = self._tasks[name] = asyncio.ensure_future(self._checks[name]())
        await asyncio.wait({task}, timeout=MAX_SECONDS)
        failure = task.exception() if task.done() else None
        result = "too slow" if not task.done() else "failed" if failure else "ok"
        if result != self._last_results.get(name, "ok"):
            logger.warning("readiness: %s is %s: %s", name, result, failure or "no reason")
        self._last_results[name] = result
        return result


def readiness_of(store: Store, folders: tuple[Path, ...], min_free: int) -> Readiness:
    """Return the checks of a store and of the disks of its folders.

    `min_free`: mebibytes that must be free on each disk.
    """

    async def can_write() -> None:
        await run_write(store.probe_write)

    async def has_schema() -> None:
        if not await run_read(store.has_newest_schema):
            raise Unavailable("the schema is not the one of this gateway")

    async def has_blobs() -> None:
        await run_file_io(store.probe_blobs)

    async def has_room() -> None:
        for folder in folders:
            if await run_file_io(free_bytes, folder) < min_free * MEBIBYTE:
                raise Unavailable(f"less than {min_free} MiB are free at {folder}")

    return Readiness(
        {"write": can_write, "schema": has_schema, "blobs": has_blobs, "disk": has_room}
    )
