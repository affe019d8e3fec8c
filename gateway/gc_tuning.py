"""When Python's garbage collector runs: seldom, where hardly any reference cycles are left."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RELAXED_THRESHOLD = 20_000
"""Net new objects before a collection. SQLAlchemy's statements leave some cycles that hold all
their values: with a ten times larger threshold the memory of a long import grew without end."""


@contextmanager
def gc_paused() -> Iterator[None]:
    """Collect nothing while modules are loaded. They stay, and looking through them again and again
    took a tenth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def freeze_before_exit() -> None:
    """Freeze the garbage collector before exit, so that Python skips its final collection."""
    gc.freeze()


@contextmanager
def gc_relaxed() -> Iterator[None]:
    """Collect seldom, and never look at the objects that exist already.

    Requests and batches leave hardly any cycles. Looking for them in each took a tenth of the time.
    """
    threshold = gc.get_threshold()
    gc.set_threshold(RELAXED_THRESHOLD, *threshold[1:])
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
