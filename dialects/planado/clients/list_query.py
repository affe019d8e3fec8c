"""The query string to a ClientQuery, records to the list envelope."""

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

LARGEST_PAGE = 100
DELETED = {"": False, "false": False, "true": True}
"""Nothing else: live clients must not pass for deleted ones."""


def params(pairs: Iterable[tuple[str, str]]) -> wire.ListParams:
    """Of a repeated key the last value counts; unknown keys do not."""
    return msgspec.convert(dict(pairs), wire.ListParams)


class ListPlan(NamedTuple):
    """A list to go through: what the store is asked for, and how a page of it is written."""

    fetch: Callable[..., tuple[Any, ...]]
    query: ClientQuery | TombstoneQuery
    build_page: Callable[[Iterable[Any]], Struct]


def plan_list(store: Store, given: wire.ListParams, page_size: int) -> ListPlan:
    """Of clients or, with `deleted=true`, of what is left of those that are gone."""
    problems: list[Problem] = []
    if given.deleted not in DELETED:
        problems.append(Problem(("deleted",), "must be true or false"))
    if given.updated_at is not UNSET:
        problems.append(Problem(("updated_at",), "must be given as [before] or [after]"))
    after = read_bound(given.updated_after, read_moment, problems)
    before = read_bound(given.updated_before, partial(read_moment, round_up=True), problems)
    if problems:
        raise Invalid(*problems)
    limit = read_limit(given.limit) or page_size
    if DELETED[given.deleted]:
        gone = TombstoneQuery(deleted_after=after, deleted_before=before, limit=limit)
        return ListPlan(store.list_deleted_clients, gone, tombstones_page)
    query = ClientQuery(states=LIVE_STATES, updated_after=after, updated_before=before, limit=limit)
    return ListPlan(store.list_newest_clients, query, clients_page)


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
    """1 to 100, else 0: a limit that cannot be honoured is as good as none."""
    limit = int(text) if re.fullmatch("[0-9]{1,3}", text) else 0
    return limit if limit <= LARGEST_PAGE else 0


def cursor(given: wire.ListParams) -> LiveKey | None:
    return None if given.after is UNSET else read_key(given.after)


def clients_page(records: Iterable[Client]) -> wire.Many:
    return wire.Many([translate.client(record) for record in records])


def tombstones_page(records: Iterable[Tombstone]) -> wire.Tombstones:
    return wire.Tombstones(
        [wire.Tombstone(r.uuid, r.external_id, write_moment(r.deleted_at)) for r in records]
    )
