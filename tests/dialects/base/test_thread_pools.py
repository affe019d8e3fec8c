"""Running calls of one kind never block calls of another kind."""

import asyncio
from collections.abc import Awaitable, Callable
from threading import Event
from typing import Any

import pytest

from dialects.base.http.store_calls import run_file_io, run_rate_check, run_read, run_write

KINDS = {"reads": run_read, "writes": run_write, "files": run_file_io, "counts": run_rate_check}
MORE_THAN_ANY = 40


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_never_waits_for_another(kind: str) -> None:
    others = [call for name, call in KINDS.items() if name != kind]

    assert asyncio.run(answered_beside(KINDS[kind], others)) == ["done"] * 3


Call = Callable[..., Awaitable[Any]]


async def answered_beside(slow: Call, others: list[Call]) -> list[str]:
    end = Event()
    waiting = [asyncio.ensure_future(slow(end.wait)) for _ in range(MORE_THAN_ANY)]
    await asyncio.sleep(0.05)
    try:
        return [await asyncio.wait_for(call(lambda: "done"), 5) for call in others]
    finally:
        end.set()
        await asyncio.gather(*waiting)
