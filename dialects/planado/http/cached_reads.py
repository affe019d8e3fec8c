"""Cached reads of this API: one client by its key, and one page of all clients."""

import re
from collections.abc import Sequence
from functools import lru_cache

from dialects.base.http.cached_reads import CacheableGet, CachedRead
from dialects.base.http.changes_until import changes_until_line
from dialects.base.protocol.json_codec import WIRE_ENCODER
from storage import Account, Client, variant_key

from ..clients import list_query, translate
from ..protocol.scalars import read_key, write_moment

CLIENT_PATH = re.compile("/clients/([0-9A-Za-z_.~-]{1,100})")
LIST_PARAMETER = re.compile("limit=[0-9]{1,4}|after=[0-9A-Za-z_.~-]{1,100}")


class CachedReadMatcher:
    """Callable that returns the cached read of a request, or None if it is not cacheable."""

    def __init__(self, page_size: int) -> None:
        self.page_size = page_size

    def __call__(self, request: CacheableGet) -> CachedRead | None:
        account = request.account
        if match := CLIENT_PATH.fullmatch(request.path):
            return None if request.query else self.match_one(account, match[1])
        pairs = page_parameters(request.query) if request.path == "/clients" else None
        return None if pairs is None else self.match_many(request, pairs)

    def match_one(self, account: Account, text: str) -> CachedRead:
        key = read_key(text)
        return CachedRead(
            lambda reader: reader.find_client(account.id, key),
            account_variant_key(account.id),
            render,
            wrap_one,
            is_one=True,
        )

    def match_many(self, request: CacheableGet, pairs: Sequence[tuple[str, str]]) -> CachedRead:
        account, given = request.account, list_query.params(pairs)
        limit = list_query.read_limit(given.limit) or self.page_size
        after = list_query.cursor(given)
        return CachedRead(
            lambda reader: reader.list_newest(account.id, limit, after),
            account_variant_key(account.id),
            render,
            wrap_many,
            is_one=False,
            headers=(changes_until_line(write_moment(request.changes_until)),),
        )


def render(record: Client) -> bytes:
    return WIRE_ENCODER.encode(translate.client(record))


def wrap_one(bodies: Sequence[bytes], _total: int) -> bytes:
    return b'{"client":%b}' % bodies[0]


def wrap_many(bodies: Sequence[bytes], _total: int) -> bytes:
    return b'{"clients":[%b]}' % b",".join(bodies)


@lru_cache(maxsize=1024)
def account_variant_key(account_id: int) -> bytes:
    return variant_key("planado", account_id)


def page_parameters(query: bytes) -> list[tuple[str, str]] | None:
    """Return all `limit` and `after` parameters in order; None for a query with any other one."""
    parameters = query.decode("latin-1").split("&") if query else []
    if not all(map(LIST_PARAMETER.fullmatch, parameters)):
        return None
    return [(name, value) for name, _, value in (p.partition("=") for p in parameters)]
