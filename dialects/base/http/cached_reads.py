"""Answers of cacheable GETs, built from the snapshot reader and the rendering cache.

Cacheable are the most frequent reads: one client by its key, and one page of all clients. The
middleware stands between a dialect's authentication and its routes. Every other request goes on
to the routes, and so does each one that these steps cannot answer. Both give the same bytes.

1. Authentication has refreshed the snapshot reader: its `data_version` is the current one, and its
   cache was cleared if any process has committed since.
2. `cacheable_get` reads the request. It is None for a request with a body, with a repeated header
   that matters, or with an unusual host.
3. If the reader's cache has the complete answer for the same request, send it.
4. The dialect's `match` returns a `CachedRead` for the request: which query to run, and how to
   write the answer. It is None for a request that is not cacheable in this dialect.
5. The reader runs the query in this thread. The result is serial and version of each client, and
   for a page also the total. It is None if the reader cannot tell.
6. For one client whose version If-None-Match names, answer 304.
7. Take the clients' JSON from the rendering cache, by serial and version. It never becomes stale,
   because each change of a client raises its version. Clients that are not in the cache are read
   from the store, rendered, and put into the cache.
8. If a client has changed since step 5, there is no JSON of the version found: go to the routes.
9. Join the clients' JSON to a body. If the data version is still the one of step 5, put a page
   into the reader's cache, where step 3 finds it.

An exception in any step is logged, and the request goes to the routes, which answer in the
dialect's words.
"""

import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from storage import Access, Account, Client, ClientVersion, ClientVersions, SnapshotReader, Store

from .conditional_requests import etag, names_version
from .store_calls import run_read

logger = logging.getLogger("gateway.dialects")

HeaderLines = Sequence[tuple[bytes, bytes]]
"""Headers of an answer, in their order."""

FindVersions = Callable[[SnapshotReader], ClientVersions | None]
WrapBodies = Callable[[Sequence[bytes], int], bytes]

HOST_PATTERN = re.compile(rb"[0-9A-Za-z.-]{1,255}(:[0-9]{1,5})?")
"""A request with any other host name is not cacheable."""
RELEVANT_HEADERS = frozenset({b"host", b"if-none-match", b"content-length", b"transfer-encoding"})
"""Headers that change the answer. A request that repeats one of them is not cacheable."""
JSON_CONTENT_TYPE = (b"content-type", b"application/json")


class CacheableGet(NamedTuple):
    """A GET without a body.

    `path` is the path within the dialect, `prefix` is where the dialect is mounted, `url` is the
    scheme and the host. `query` and `none_match` are as the caller sent them. `changes_until` is
    that of the access.
    """

    account: Account
    changes_until: datetime
    url: str
    prefix: str
    path: str
    query: bytes
    none_match: str


class CachedRead(Struct, frozen=True):
    """How to answer a cacheable GET.

    `find_versions` runs the query. `render` writes the JSON of one client, and `variant_key` is
    the part of its cache key that does not depend on the client. `wrap_bodies` makes the body of
    the answer from the clients' JSON and the total. `is_one`: the read is of one client, and its
    answer has an entity tag.
    """

    find_versions: FindVersions
    variant_key: bytes
    render: Callable[[Client], bytes]
    wrap_bodies: WrapBodies
    is_one: bool
    headers: HeaderLines = ()


class CachedAnswer(NamedTuple):
    """A complete answer, ready to be sent again."""

    status: int
    headers: HeaderLines
    body: bytes


class CachedReads:
    """Middleware that answers cacheable GETs itself and passes all other requests on."""

    def __init__(
        self, app: ASGIApp, store: Store, match: Callable[[CacheableGet], CachedRead | None]
    ) -> None:
        self.app = app
        self.store = store
        self.match = match

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self.answer(scope)
        except Exception as error:  # noqa: BLE001  the routes answer in the dialect's words
            logger.warning("a cached read failed, the store answers: %s", type(error).__name__)
            answer = None
        if answer is None:
            await self.app(scope, receive, send)
            return
        status, headers, body = answer
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    async def answer(self, scope: Scope) -> CachedAnswer | None:
        """Return the answer of a request; None for a request that the routes have to answer."""
        reader = self.store.snapshot_reader()
        request = cacheable_get(scope)
        if reader is None or reader.data_version is None or request is None:
            return None
        key = self, request.account.id, *request[1:]
        cached: CachedAnswer | None = reader.cache.get(key)
        read = None if cached else self.match(request)
        result = read.find_versions(reader) if read else None
        if read is None or result is None:
            return cached
        data_version = reader.data_version
        answer = await self.build_answer(request, read, result)
        # The rendering cache gives a single client as fast as the reader's cache would.
        if answer is not None and not read.is_one and reader.data_version == data_version:
            reader.cache.put(key, answer, len(answer.body))
        return answer

    async def build_answer(
        self, request: CacheableGet, read: CachedRead, result: ClientVersions
    ) -> CachedAnswer | None:
        """Return 304, or 200 with the clients found; None if one of them has changed meanwhile."""
        tags = []
        if read.is_one:
            version = result.versions[0].version
            tags = [(b"etag", etag(version).encode())]
            if names_version(version, request.none_match):
                return CachedAnswer(304, tags, b"")
        bodies = await self.client_bodies(request.account, read, result.versions)
        if bodies is None:
            return None
        body = read.wrap_bodies(bodies, result.total)
        length = (b"content-length", b"%d" % len(body))
        return CachedAnswer(200, [*read.headers, *tags, length, JSON_CONTENT_TYPE], body)

    async def client_bodies(
        self, account: Account, read: CachedRead, versions: Sequence[ClientVersion]
    ) -> list[bytes] | None:
        """Return the clients' JSON in order; None if one of the versions is no longer there."""
        bodies = self.store.renderings.get_many(read.variant_key, versions)
        if None in bodies:
            missing = [v for v, body in zip(versions, bodies, strict=True) if body is None]
            rendered = await self.render_missing(account, read, missing)
            bodies = [
                rendered.get(version) if body is None else body
                for version, body in zip(versions, bodies, strict=True)
            ]
        present = [body for body in bodies if body is not None]
        return present if len(present) == len(bodies) else None

    async def render_missing(
        self, account: Account, read: CachedRead, versions: Sequence[ClientVersion]
    ) -> dict[ClientVersion, bytes]:
        """Read clients from the store, render them, and put their JSON into the rendering cache.

        The result has the versions that the store gave: they may be newer than those asked for.
        """
        serials = [client_version.serial for client_version in versions]
        records = await run_read(self.store.clients_by_serial, account.id, serials)
        rendered = {ClientVersion(r.serial, r.version): read.render(r) for r in records.values()}
        self.store.renderings.put_many(read.variant_key, rendered)
        return rendered


def cacheable_get(scope: Scope) -> CacheableGet | None:
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    lines = [line for line in scope["headers"] if line[0] in RELEVANT_HEADERS]
    headers = dict(lines)
    host, length = headers.get(b"host", b""), headers.get(b"content-length", b"0")
    if len(headers) < len(lines) or b"transfer-encoding" in headers or length != b"0":
        return None
    if not HOST_PATTERN.fullmatch(host):
        return None
    access: Access = scope["gateway.access"]
    prefix: str = scope["root_path"]
    path = scope["path"][len(prefix) :]
    url = f"{scope['scheme']}://{host.decode()}"
    return CacheableGet(
        access.account,
        access.changes_until,
        url,
        prefix,
        path,
        scope["query_string"],
        headers.get(b"if-none-match", b"").decode("latin-1").strip(),
    )
