"""GC tuning: no collection while modules load, few collections under load."""

import gc
from collections.abc import Iterator

import pytest

from gateway.gc_tuning import RELAXED_THRESHOLD, gc_paused, gc_relaxed


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    assert gc.isenabled()
    yield
    gc.unfreeze()


def test_none_are_looked_for_while_modules_are_loaded_and_what_they_leave_stays() -> None:
    with gc_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_they_are_looked_for_again_after_a_module_that_cannot_be_loaded() -> None:
    with pytest.raises(ImportError), gc_paused():
        raise ImportError
    assert gc.isenabled()


def test_they_are_seldom_looked_for_and_then_as_often_as_before() -> None:
    before = gc.get_threshold()
    with gc_relaxed():
        assert gc.get_threshold()[0] == RELAXED_THRESHOLD
        assert gc.isenabled()
    assert gc.get_threshold() == before
