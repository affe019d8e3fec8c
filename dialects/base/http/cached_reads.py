"""The short way: plain reads answered from clients that were written before, at once.

It stands behind a dialect's auth, which has asked for the moment, and before its routes. A dialect
says which requests are plain; everything else, and all that a glance at the store cannot tell,
goes on to the routes. Both ways give the same bytes.
"""

import logging
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from storage import Access, Account, Client, ClientVersion, ClientVersions, SnapshotReader, Store

from .conditional_requests import etag, names_version
from .store_calls import run_read

logger = logging.getLogger("gateway.dialects")

Lines = Sequence[tuple[bytes, bytes]]
"""Headers of an answer, in their order."""

FindVersions = Callable[[SnapshotReader], ClientVersions | None]
WrapBodies = Callable[[Sequence[bytes], int], bytes]

HOST = re.compile(rb"[0-9A-Za-z.-]{1,255}(:[0-9]{1,5})?")
"""Whoever is addressed by another name is not plain to us."""
TELLING = frozenset({b"host", b"if-none-match", b"content-length", b"transfer-encoding"})
"""Headers that have a say in the answer; one that comes twice is not plain either."""
JSON = (b"content-type", b"application/json")


class PlainGet(NamedTuple):
    """A GET without a body: `path` is that of the dialect, `prefix` what stands before it, `url`
    the scheme and the host; `query` and `none_match` as they were sent."""

    account: Account
    url: str
    prefix: str
    path: str
    query: bytes
    none_match: str


class CachedRead(Struct, frozen=True):
    """How a plain read is answered: what to look for, under which name its clients' renderings
    are kept and how they are made, and how they, and how many there are in all, become a body.
    `is_one`: it is a client that is read, which has a tag."""

    find_versions: FindVersions
    variant_key: bytes
    render: Callable[[Client], bytes]
    wrap_bodies: WrapBodies
    is_one: bool
    headers: Lines = ()


class Answer(NamedTuple):
    status: int
    headers: Lines
    body: bytes


class CachedReads:
    def __init__(
        self, app: ASGIApp, store: Store, read: Callable[[PlainGet], CachedRead | None]
    ) -> None:
        self.app = app
        self.store = store
        self.match = read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self.answer(scope)
        except Exception as error:  # noqa: BLE001  the long way says it in the dialect's words
            logger.warning("the short way broke: %s", type(error).__name__)
            answer = None
        if answer is None:
            await self.app(scope, receive, send)
            return
        status, headers, body = answer
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    async def answer(self, scope: Scope) -> Answer | None:
        """None for whatever is to go the long way."""
        reader = self.store.snapshot_reader()
        call = plain_get(scope)
        if reader is None or reader.data_version is None or call is None:
            return None
        key = self, call.account.id, *call[1:]
        known: Answer | None = reader.cache.get(key)
        plain = None if known else self.match(call)
        found = plain.find_versions(reader) if plain else None
        if plain is None or found is None:
            return known
        moment = reader.data_version
        answer = await self.build_answer(call, plain, found)
        # A single client is read no faster from here than from its rendering.
        if answer is not None and not plain.is_one and reader.data_version == moment:
            reader.cache.put(key, answer, len(answer.body))
        return answer

    async def build_answer(
        self, call: PlainGet, plain: CachedRead, found: ClientVersions
    ) -> Answer | None:
        tags = []
        if plain.is_one:
            version = found.versions[0].version
            tags = [(b"etag", etag(version).encode())]
            if names_version(version, call.none_match):
                return Answer(304, tags, b"")
        bodies = self.store.renderings.get_many(plain.variant_key, found.versions)
        if None in bodies:
            missing = [
                one for one, body in zip(found.versions, bodies, strict=True) if body is None
            ]
            made = await self.render_missing(call.account, plain, missing)
            bodies = [
                made.get(one) if body is None else body
                for one, body in zip(found.versions, bodies, strict=True)
            ]
        whole = [body for body in bodies if body is not None]
        if len(whole) < len(bodies):  # one has changed meanwhile
            return None
        body = plain.wrap_bodies(whole, found.total)
        length = (b"content-length", b"%d" % len(body))
        return Answer(200, [*plain.headers, *tags, length, JSON], body)

    async def render_missing(
        self, account: Account, plain: CachedRead, versions: Sequence[ClientVersion]
    ) -> dict[ClientVersion, bytes]:
        serials = [client_version.serial for client_version in versions]
        records = await run_read(self.store.clients_by_serial, account.id, serials)
        made = {ClientVersion(r.serial, r.version): plain.render(r) for r in records.values()}
        self.store.renderings.put_many(plain.variant_key, made)
        return made


def plain_get(scope: Scope) -> PlainGet | None:
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    told = [line for line in scope["headers"] if line[0] in TELLING]
    headers = dict(told)
    host, length = headers.get(b"host", b""), headers.get(b"content-length", b"0")
    if len(headers) < len(told) or b"transfer-encoding" in headers or length != b"0":
        return None
    if not HOST.fullmatch(host):
        return None
    access: Access = scope["gateway.access"]
    prefix: str = scope["root_path"]
    path = scope["path"][len(prefix) :]
    url = f"{scope['scheme']}://{host.decode()}"
    return PlainGet(
        access.account,
        url,
        prefix,
        path,
        scope["query_string"],
        headers.get(b"if-none-match", b"").decode("latin-1").strip(),
    )
