"""The plain reads of this API: a client by its id, a page of all clients."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Raw

from dialects.base.http.cached_reads import CachedRead, FindVersions, PlainGet, WrapBodies
from dialects.base.protocol.json_codec import ENCODER
from storage import Account, Client, variant_key

from ..clients import translate
from ..clients.translate import Caller
from ..protocol import pagination, wire
from ..protocol.envelope import wrap_envelope
from .options import NoLinks, Options
from .response_headers import API_VERSION

ONE = re.compile("/clients/([0-9A-Za-z]{10,20})")
NUMBER = re.compile(rb"(page|per_page)=([1-9][0-9]{0,4})")
LARGEST_PAGE = 500
"""Clients that are written at once without keeping other callers waiting."""
HEADERS = tuple((name.lower().encode(), value.encode()) for name, value in API_VERSION.items())


class CachedReadMatcher:
    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(self, call: PlainGet) -> CachedRead | None:
        caller = Caller(call.account, self.options.public_url or call.url)
        if one := ONE.fullmatch(call.path):
            serial = None if call.query else caller.id_codec.decode(one[1])
            return None if serial is None else self.match_one(caller, serial)
        pairs = page_numbers(call.query) if call.path == "/clients" else None
        if pairs is None:
            return None
        return self.match_many(caller, call.prefix + call.path, pairs)

    def match_one(self, caller: Caller, serial: int) -> CachedRead:
        return cached_read(
            caller,
            lambda reader: reader.find_client(caller.account.id, serial),
            wrap_one,
            is_one=True,
        )

    def match_many(
        self, caller: Caller, path: str, pairs: Sequence[tuple[str, str]]
    ) -> CachedRead | None:
        at = pagination.read_window(wire.ListParams(**dict(pairs)))
        if at.per_page > LARGEST_PAGE:
            return None

        def wrap(bodies: Sequence[bytes], total: int) -> bytes:
            no_links: NoLinks = {} if self.options.empty_links == "object" else []
            links = pagination.links(caller.url + path, pairs, total, at) or no_links
            meta = wire.Meta(pagination.pagination(total, len(bodies), at, links))
            return ENCODER.encode(wrap_envelope(list(map(Raw, bodies)), {}, meta))

        offset = (at.page - 1) * at.per_page
        return cached_read(
            caller,
            lambda reader: reader.list_page(caller.account.id, offset, at.per_page),
            wrap,
            is_one=False,
        )


def wrap_one(bodies: Sequence[bytes], _total: int) -> bytes:
    return b'{"data":%b}' % bodies[0]


def cached_read(
    caller: Caller, find: FindVersions, wrap: WrapBodies, *, is_one: bool
) -> CachedRead:
    def render(record: Client) -> bytes:
        return ENCODER.encode(translate.client(record, caller))

    name = variant_of(caller.account, caller.url)
    return CachedRead(find, name, render, wrap, is_one=is_one, headers=HEADERS)


@lru_cache(maxsize=1024)
def variant_of(account: Account, url: str) -> bytes:
    """All that is shown of a client beyond its own: ids by the account's salt, links by the url."""
    return variant_key("ninja", account, url)


def page_numbers(query: bytes) -> list[tuple[str, str]] | None:
    """The page and its size, each once, in the order of the query; None for any other query."""
    matches = [NUMBER.fullmatch(part) for part in query.split(b"&")] if query else []
    pairs = [(match[1].decode(), match[2].decode()) for match in matches if match]
    is_all = len(dict(pairs)) == len(matches)
    return pairs if is_all else None
