"""Cached reads of this API: one client by its id, and one page of all clients."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Raw

from dialects.base.http.cached_reads import CacheableGet, CachedRead, FindVersions, WrapBodies
from dialects.base.http.changes_until import changes_until_line
from dialects.base.protocol.json_codec import WIRE_ENCODER
from storage import Account, Client, variant_key

from ..clients.translate import Caller
from ..protocol import pagination, wire
from ..protocol.envelope import wrap_envelope
from ..protocol.scalars import write_moment
from .options import Options
from .response_headers import API_VERSION_HEADER

CLIENT_PATH = re.compile("/clients/([0-9A-Za-z]{10,20})")
PAGE_PARAMETER = re.compile(rb"(page|per_page)=([1-9][0-9]{0,4})")
MAX_CACHED_PAGE_SIZE = 500
"""Clients that the event loop can render at once without making other callers wait."""
RESPONSE_HEADERS = tuple(
    (name.lower().encode(), value.encode()) for name, value in API_VERSION_HEADER.items()
)


class CachedReadMatcher:
    """Callable that returns the cached read of a request, or None if it is not cacheable."""

    def __init__(self, options: Options) -> None:
        self.public_url = options.public_url
        self.version = options.shown_version
        # Chosen once, so that no request pays for the version.
        self.show_client = self.version.translations().client

    def __call__(self, request: CacheableGet) -> CachedRead | None:
        caller = Caller(request.account, self.public_url or request.url)
        if match := CLIENT_PATH.fullmatch(request.path):
            serial = None if request.query else caller.id_codec.decode(match[1])
            return None if serial is None else self.match_one(caller, serial)
        pairs = page_numbers(request.query) if request.path == "/clients" else None
        if pairs is None:
            return None
        return self.match_many(caller, request, pairs)

    def match_one(self, caller: Caller, serial: int) -> CachedRead:
        return self.cached_read(
            caller,
            lambda reader: reader.find_client(caller.account.id, serial),
            wrap_one,
            is_one=True,
        )

    def match_many(
        self, caller: Caller, request: CacheableGet, pairs: Sequence[tuple[str, str]]
    ) -> CachedRead | None:
        at = pagination.read_window(wire.ListParams(**dict(pairs)))
        if at.per_page > MAX_CACHED_PAGE_SIZE:
            return None

        no_links, path = self.version.no_links, request.prefix + request.path

        def wrap(bodies: Sequence[bytes], total: int) -> bytes:
            links = pagination.page_links(caller.url + path, pairs, total, at) or no_links
            meta = wire.Meta(pagination.pagination(total, len(bodies), at, links))
            return WIRE_ENCODER.encode(wrap_envelope(list(map(Raw, bodies)), {}, meta))

        offset = (at.page - 1) * at.per_page
        return self.cached_read(
            caller,
            lambda reader: reader.list_page(caller.account.id, offset, at.per_page),
            wrap,
            changes_until_line(write_moment(request.changes_until)),
            is_one=False,
        )

    def cached_read(
        self,
        caller: Caller,
        find: FindVersions,
        wrap: WrapBodies,
        *headers: tuple[bytes, bytes],
        is_one: bool,
    ) -> CachedRead:
        def render(record: Client) -> bytes:
            return WIRE_ENCODER.encode(self.show_client(record, caller))

        key = account_variant_key(caller.account, caller.url, self.version.number)
        return CachedRead(
            find, key, render, wrap, is_one=is_one, headers=(*RESPONSE_HEADERS, *headers)
        )


def wrap_one(bodies: Sequence[bytes], _total: int) -> bytes:
    return b'{"data":%b}' % bodies[0]


@lru_cache(maxsize=1024)
def account_variant_key(account: Account, url: str, version: str) -> bytes:
    """Return the key of all renderings that differ in nothing but the client.

    Ids depend on the account's salt, links on the url, and fields on the version that is shown.
    """
    return variant_key("ninja", account, url, version)


def page_numbers(query: bytes) -> list[tuple[str, str]] | None:
    """Return `page` and `per_page` in the order of the query.

    None for a query that repeats one of them or has any other parameter.
    """
    matches = [PAGE_PARAMETER.fullmatch(part) for part in query.split(b"&")] if query else []
    pairs = [(match[1].decode(), match[2].decode()) for match in matches if match]
    is_all = len(dict(pairs)) == len(matches)
    return pairs if is_all else None
