"""Store methods that are one write each, called from a thread or submitted from an event loop.

1. A method with the decorator `write_method` returns a step. It writes nothing itself.
2. On a store, the method is a `WriteMethod`. A call from a thread commits the step, blocks until
   the commit has returned, and returns the result.
3. An event loop cannot block. It calls `submit`, which puts the step into the queue of the group
   commit and returns a `PendingStep`. `wake` is called after the commit.
4. If the step still waits after `wait_seconds`, the event loop calls `cancel`. Then the step fails,
   unless a transaction has already taken it.

Either way the result is available only after the commit. `submit` works only where `can_submit` is
true: an engine with many writers has no group commit.
"""

from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from .engine_factory import EngineKind
from .group_commit import (
    WAIT_SECONDS,
    GroupCommit,
    PendingStep,
    Step as Step,  # for the methods of the store, which may not import group_commit
)
from .step_wrapper import wrapped_step

S = TypeVar("S", bound="Committer")
T = TypeVar("T")
P = ParamSpec("P")


class Committer(Protocol):
    """An object that commits steps: a store."""

    _engine_kind: EngineKind
    _group_commit: GroupCommit

    def _commit(self, step: Step[T]) -> T: ...


class WriteMethod(Generic[P, T]):
    """A store method that is one write. Call it from a thread, or `submit` it from an event loop.

    `can_submit`: false where the engine has many writers. `wait_seconds`: cancel a submitted write
    after this time.
    """

    wait_seconds = WAIT_SECONDS

    def __init__(self, store: "Committer", step: Callable[P, Step[T]]) -> None:
        self._store = store
        self._step = step

    @property
    def can_submit(self) -> bool:
        return self._store._engine_kind.HAS_SINGLE_WRITER

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._store._commit(self._step(*args, **kwargs))

    def submit(self, wake: Callable[[], None], *args: P.args, **kwargs: P.kwargs) -> PendingStep:
        """Put the write into the queue and return at once; `wake` is called in another thread."""
        step = wrapped_step(self._step(*args, **kwargs))
        return self._store._group_commit.submit(step, wake)

    def cancel(self, pending: PendingStep) -> None:
        """Refuse a submitted write that still waits; one that a transaction has taken goes on."""
        self._store._group_commit.cancel(pending)


class write_method(Generic[S, P, T]):  # noqa: N801  a decorator
    """A decorator for a method that returns a step: makes it a `WriteMethod` of the store."""

    def __init__(self, step: Callable[Concatenate[S, P], Step[T]]) -> None:
        self._step = step
        self.__doc__ = step.__doc__

    @overload
    def __get__(self, store: None, owner: Any = None) -> Self: ...
    @overload
    def __get__(self, store: S, owner: Any = None) -> WriteMethod[P, T]: ...
    def __get__(self, store: S | None, owner: Any = None) -> Self | WriteMethod[P, T]:
        return self if store is None else WriteMethod(store, self._step.__get__(store))
