"""How often Python looks for cycles that nobody uses any more: where there are none it need not."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 20_000
"""Objects that come to be, and do not go, before cycles are looked for. Statements leave some, with
all their values: ten times as many objects let the memory of a long import grow without end."""


@contextmanager
def gc_paused() -> Iterator[None]:
    """While modules are loaded: they stay, and to look through them again and again is a tenth
    of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def freeze_before_exit() -> None:
    """Before a process ends: Python would look through all that there is once more."""
    gc.freeze()


@contextmanager
def gc_relaxed() -> Iterator[None]:
    """What is here already stays. Requests and batches leave hardly any cycles behind, and to look
    for some in each takes a tenth of the time."""
    kept = gc.get_threshold()
    gc.set_threshold(SELDOM, *kept[1:])
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*kept)
