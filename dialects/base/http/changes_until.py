"""The header of lists that says up to when a caller who polls has seen everything."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request

from storage import Store

from .authentication import access_of

CHANGES_UNTIL = "X-Gateway-Changes-Until"
"""A moment up to which no change can appear any more.

Whoever sends that of the first page back as the bound of the next poll misses nothing.
"""


def changes_until_line(moment: object) -> tuple[bytes, bytes]:
    """Return the header of a cached list; `moment` is as the dialect writes it."""
    return CHANGES_UNTIL.lower().encode(), str(moment).encode()


def changes_until_header(
    request: Request, store: Store, write_moment: Callable[[datetime], object]
) -> dict[str, str]:
    """Return the header of a list; none where a replica may answer, which may be behind.

    The moment was read with the token, before the list: what the list shows besides is told twice.
    """
    access = access_of(request)
    if store.may_read_replica(access):
        return {}
    return {CHANGES_UNTIL: str(write_moment(access.changes_until))}
