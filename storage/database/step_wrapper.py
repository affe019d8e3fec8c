"""What a caller adds to the transaction of its write: a function that wraps the step.

It is kept in the context of a task or thread, so that it reaches the write through any method of
the store, also through a thread that runs the method for an event loop.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection

Step = Callable[[Connection], Any]


class StepWrapper:
    """A function that wraps the step of one write."""

    def __init__(self, wrap: Callable[[Step], Step]) -> None:
        self._wrap = wrap
        self._is_used = False

    def __call__(self, step: Step) -> Step:
        # A second write would be another transaction.
        assert not self._is_used, "only one write can be wrapped"  # noqa: S101
        self._is_used = True
        return self._wrap(step)


CURRENT: ContextVar[StepWrapper | None] = ContextVar("step_wrapper", default=None)


@contextmanager
def wrap_step(wrap: Callable[[Step], Step]) -> Iterator[None]:
    """Wrap the step of the one write in the block."""
    token = CURRENT.set(StepWrapper(wrap))
    try:
        yield
    finally:
        CURRENT.reset(token)


def wrapped_step(step: Step) -> Step:
    """Return the step as the caller wraps it: unchanged outside of `wrap_step`."""
    wrapper = CURRENT.get()
    return step if wrapper is None else wrapper(step)
