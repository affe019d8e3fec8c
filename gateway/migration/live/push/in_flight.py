"""Several calls at once, whose results come in the order of what they were called for."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Event
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Finished(NamedTuple, Generic[T, R]):
    """An item with the result of its call. `is_late`: the call for an item before it has failed."""

    item: T
    result: R
    is_late: bool = False


def call_for_each(
    call: Callable[[T], R], items: Sequence[T], at_once: int
) -> Iterator[Finished[T, R]]:
    """Call for each item, up to `at_once` at a time; yield the results in the order of the items.

    After a failure no call is begun any more. What was under way is yielded first, then the failure
    is raised: nothing that was done is forgotten.
    """
    if at_once == 1:
        yield from (Finished(item, call(item)) for item in items)
        return
    has_failed = Event()

    def call_unless_failed(item: T) -> R:
        if has_failed.is_set():
            raise CancelledError
        try:
            return call(item)
        except BaseException:
            has_failed.set()
            raise

    with ThreadPoolExecutor(at_once) as pool:
        try:
            futures = [pool.submit(call_unless_failed, item) for item in items]
            yield from in_order(items, futures)
        finally:
            has_failed.set()  # also when the caller is interrupted


def in_order(items: Sequence[T], futures: Sequence[Future[R]]) -> Iterator[Finished[T, R]]:
    failure: Exception | None = None
    for item, future in zip(items, futures, strict=True):
        try:
            result = future.result()
        except CancelledError:
            continue
        except Exception as error:  # noqa: BLE001  it is raised at the end
            failure = failure or error
            continue
        yield Finished(item, result, is_late=failure is not None)
    if failure is not None:
        raise failure
