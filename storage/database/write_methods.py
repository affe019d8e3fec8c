"""Methods of the store that are one write each: called by whoever can sleep until it is committed,
begun by an event loop, which cannot."""

from collections.abc import Callable
from typing import (
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    overload,
)

from sqlalchemy import Connection

from .engine_factory import EngineKind
from .group_commit import WAIT_SECONDS, GroupCommit, PendingStep

S = TypeVar("S", bound="Committer")
T = TypeVar("T")
P = ParamSpec("P")

Step = Callable[[Connection], T]
"""What is done in a transaction. It may run more than once; one run counts."""


class Committer(Protocol):
    """What commits a step: a store."""

    _engine_kind: EngineKind
    _group_commit: GroupCommit

    def _commit(self, step: Step[T]) -> T: ...


class WriteMethod(Generic[P, T]):
    """Such a method, of a store. `takes_turns`: it can be begun, since writers wait for each other
    here; `patience` are the seconds after which one that has been begun does well to `leave`."""

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
        """Calls `wake` in another thread when there is an answer to be told."""
        return self._store._group_commit.submit(self._step(*args, **kwargs), wake)

    def cancel(self, pending: PendingStep) -> None:
        self._store._group_commit.cancel(pending)


class write_method(Generic[S, P, T]):  # noqa: N801  a decorator
    """Makes a method that returns a step one that has it done."""

    def __init__(self, step: Callable[Concatenate[S, P], Step[T]]) -> None:
        self._step = step
        self.__doc__ = step.__doc__

    @overload
    def __get__(self, store: None, owner: Any = None) -> Self: ...
    @overload
    def __get__(self, store: S, owner: Any = None) -> WriteMethod[P, T]: ...
    def __get__(self, store: S | None, owner: Any = None) -> Self | WriteMethod[P, T]:
        return self if store is None else WriteMethod(store, self._step.__get__(store))
