"""The plain reads of this API: a client by its key, a page of all clients."""

import re
from collections.abc import Sequence
from functools import lru_cache

from dialects.base.http.cached_reads import CachedRead, PlainGet
from dialects.base.protocol.json_codec import ENCODER
from storage import Account, Client, variant_key

from ..clients import list_query, translate
from ..protocol.scalars import read_key

ONE = re.compile("/clients/([0-9A-Za-z_.~-]{1,100})")
PART = re.compile("limit=[0-9]{1,4}|after=[0-9A-Za-z_.~-]{1,100}")


class CachedReadMatcher:
    def __init__(self, page_size: int) -> None:
        self.page_size = page_size

    def __call__(self, call: PlainGet) -> CachedRead | None:
        account = call.account
        if one := ONE.fullmatch(call.path):
            return None if call.query else self.match_one(account, one[1])
        pairs = page_parameters(call.query) if call.path == "/clients" else None
        return None if pairs is None else self.match_many(account, pairs)

    def match_one(self, account: Account, text: str) -> CachedRead:
        key = read_key(text)
        return CachedRead(
            lambda reader: reader.find_client(account.id, key),
            variant_of(account.id),
            render,
            wrap_one,
            is_one=True,
        )

    def match_many(self, account: Account, pairs: Sequence[tuple[str, str]]) -> CachedRead:
        given = list_query.params(pairs)
        limit = list_query.read_limit(given.limit) or self.page_size
        after = list_query.cursor(given)
        return CachedRead(
            lambda reader: reader.list_newest(account.id, limit, after),
            variant_of(account.id),
            render,
            wrap_many,
            is_one=False,
        )


def render(record: Client) -> bytes:
    return ENCODER.encode(translate.client(record))


def wrap_one(bodies: Sequence[bytes], _total: int) -> bytes:
    return b'{"client":%b}' % bodies[0]


def wrap_many(bodies: Sequence[bytes], _total: int) -> bytes:
    return b'{"clients":[%b]}' % b",".join(bodies)


@lru_cache(maxsize=1024)
def variant_of(account_id: int) -> bytes:
    return variant_key("planado", account_id)


def page_parameters(query: bytes) -> list[tuple[str, str]] | None:
    """The size of the page and the cursor, as often as they come; None for any other query."""
    texts = query.decode("latin-1").split("&") if query else []
    if not all(map(PART.fullmatch, texts)):
        return None
    return [(name, value) for name, _, value in (text.partition("=") for text in texts)]
