"""List queries: parameters of the query string to a store query, records to a page."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from storage import (
    LIVE_STATES,
    Client,
    ClientQuery,
    Invalid,
    LiveKey,
    Problem,
    Store,
    Tombstone,
    TombstoneQuery,
)

from ..protocol import wire
from ..protocol.scalars import read_key, read_moment, write_moment
from . import translate

MAX_PAGE_SIZE = 100
DELETED_FLAGS = {"": False, "false": False, "true": True}
"""Any other value is refused: a caller must not take live clients for deleted ones."""


def params(pairs: Iterable[tuple[str, str]]) -> wire.ListParams:
    """Return the parameters of a query string.

    Of a repeated parameter the last value counts. Unknown parameters are left out.
    """
    return msgspec.convert(dict(pairs), wire.ListParams)


class ListPlan(NamedTuple):
    """How to answer a list: the method of the store, its query, and the function for the body."""

    fetch: Callable[..., tuple[Any, ...]]
    query: ClientQuery | TombstoneQuery
    build_page: Callable[[Iterable[Any]], Struct]


def plan_list(store: Store, given: wire.ListParams, page_size: int) -> ListPlan:
    """Plan the list of clients or, with `deleted=true`, of the tombstones of deleted clients.

    Raise Invalid for parameters that cannot be read. `page_size` counts without a valid limit.
    """
    problems: list[Problem] = []
    if given.deleted not in DELETED_FLAGS:
        problems.append(Problem(("deleted",), "must be true or false"))
    if given.updated_at is not UNSET:
        problems.append(Problem(("updated_at",), "must be given as [before] or [after]"))
    after = read_bound(given.updated_after, read_moment, problems)
    before = read_bound(given.updated_before, partial(read_moment, round_up=True), problems)
    if problems:
        raise Invalid(*problems)
    limit = read_limit(given.limit) or page_size
    if DELETED_FLAGS[given.deleted]:
        deleted = TombstoneQuery(arrived_after=after, arrived_before=before, limit=limit)
        return ListPlan(store.list_deleted_clients, deleted, tombstones_page)
    live = ClientQuery(states=LIVE_STATES, arrived_after=after, arrived_before=before, limit=limit)
    return ListPlan(store.list_newest_clients, live, clients_page)


def read_bound(
    text: str | UnsetType, read: Callable[[str], datetime], problems: list[Problem]
) -> datetime | None:
    try:
        return None if text is UNSET else read(text)
    except ValueError:
        problems.append(
            Problem(("updated_at",), "must be a date-time such as 2016-05-29T17:31:01Z")
        )
        return None


def read_limit(text: str) -> int:
    """Read the limit of a page: 1 to 100, or 0 for a text that is no valid limit."""
    limit = int(text) if re.fullmatch("[0-9]{1,3}", text) else 0
    return limit if limit <= MAX_PAGE_SIZE else 0


def cursor(given: wire.ListParams) -> LiveKey | None:
    """Return the key of the client after which the page begins; None for the first page."""
    return None if given.after is UNSET else read_key(given.after)


def clients_page(records: Iterable[Client]) -> wire.Many:
    return wire.Many([translate.client(record) for record in records])


def tombstones_page(records: Iterable[Tombstone]) -> wire.Tombstones:
    return wire.Tombstones(
        [
            wire.Tombstone(r.uuid, r.external_id, write_moment(r.deleted_at), r.merged_into)
            for r in records
        ]
    )
