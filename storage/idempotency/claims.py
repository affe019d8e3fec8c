"""What a request with an idempotency key gives to the store, and what the store keeps of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct

from storage.model.records import Group

KEPT = timedelta(hours=24)
"""How long a key is kept. After that it counts as new."""

FindGroups = Callable[[Sequence[int]], Mapping[int, Group]]
"""Finds groups by serial. Serials that do not exist are left out."""


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """The complete answer to a request: what another one with the same key gets."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class KeyedAnswer(Struct, frozen=True, kw_only=True):
    """A stored answer, and the fingerprint of the request that got it."""

    fingerprint: str
    answer: StoredAnswer


class KeyClaim(Struct, frozen=True, kw_only=True):
    """The claim of a request to a key of its account in its dialect.

    `render` makes the answer of the result of the write. It is called in the transaction, and again
    if that is retried; the function that it is given reads in the same transaction.
    """

    account_id: int
    dialect: str
    key: str
    fingerprint: str
    render: Callable[[Any, FindGroups], StoredAnswer]
