"""The endpoints of clients: decode, ask the store, encode. Nothing else happens here."""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response

from dialects.base import (
    Rejected,
    account_of,
    ask,
    carry,
    expected,
    ignored_headers,
    late,
    refuse_conditions,
    reply,
    tag,
    tell,
    unchanged,
)
from storage import Client, Group, NotFound, Page, Secret, State, Store, hash_password, random_text

from . import bulk, filing, ignored, listing, translate, wire
from .attaching import kept
from .confirming import confirm
from .contacts import passwords
from .envelope import enveloped
from .grouping import group, serials_of
from .headers import API_VERSION
from .inputs import Tree
from .listing import Window
from .options import NoLinks, Options
from .parts import Form
from .translate import Caller


class Clients:
    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options

    async def index(self, request: Request, form: Form) -> Response:
        caller, asked = self.caller(request), form.tree
        given = listing.params(asked)
        query = listing.query(given, caller.ids)
        lag = late(request, self.store)
        found = await ask(self.store.clients, caller.account.id, query, **lag)
        at = listing.window(given)
        if listing.wants_outline(given):
            outlines = [translate.outline(record, caller) for record in found.records]
            return self.page(request, outlines, found.total, at, asked)
        return await self.listed(request, found, at, asked)

    async def create(self, request: Request, form: Form) -> Response:
        caller, tree = self.caller(request), form.tree
        expected(request).check(None)
        groups = await self.groups(caller, translate.groups(tree, caller))
        command = translate.create_client(tree, caller, await hashes_of(tree), groups)
        async with kept(self.store, caller.account.id, form) as drafts:
            command = structs.replace(command, documents=drafts)
            record = await tell(self.store.create_client, caller.account.id, command)
        return await self.item(request, record, tree, ignored_headers(ignored.of_client(tree)))

    async def blank(self, request: Request, form: Form) -> Response:
        shown = translate.blank(self.caller(request), client_hash=random_text(40))
        return reply(enveloped(shown, form.tree), headers=API_VERSION)

    async def show(self, request: Request, form: Form) -> Response:
        caller = self.caller(request)
        serial, lag = serial_of(request, caller), late(request, self.store)
        record = await ask(self.store.client, caller.account.id, serial, **lag)
        # The version is the client's: it does not tell of a change to the group shown with it.
        has_group = listing.wants_groups(listing.params(form.tree))
        known = None if has_group else unchanged(request, record)
        return known or await self.item(request, record, form.tree)

    async def update(self, request: Request, form: Form) -> Response:
        caller, tree = self.caller(request), form.tree
        serial = serial_of(request, caller)
        if passwords(tree):
            await ask(self.store.client, caller.account.id, serial)  # no hash for nobody
        change = translate.changing(tree, caller, await hashes_of(tree))
        async with kept(self.store, caller.account.id, form) as drafts:
            attach = filing.attaching(drafts, change)
            record = await tell(
                self.store.change_client, caller.account.id, serial, attach, expected(request)
            )
        return await self.item(request, record, tree, ignored_headers(ignored.of_client(tree)))

    async def delete(self, request: Request, form: Form) -> Response:
        caller = self.caller(request)
        serial = serial_of(request, caller)
        record = await tell(
            self.store.move_client, caller.account.id, serial, State.DELETED, expected(request)
        )
        return await self.item(request, record, form.tree)

    async def purge(self, request: Request, _form: Form) -> Response:
        await confirm(self.store, request)
        caller = self.caller(request)
        serial = serial_of(request, caller)
        await tell(self.store.purge_client, caller.account.id, serial, expected(request))
        return reply(wire.Message("Success"))

    async def merge(self, request: Request, form: Form) -> Response:
        await confirm(self.store, request)
        caller = self.caller(request)
        account_id, serial = caller.account.id, serial_of(request, caller)
        other = caller.ids.read(request.path_params["other"])
        known = await ask(self.store.clients, account_id, bulk.counting([other]))
        bulk.refuse_merge(serial, other, known.total)
        record = await tell(self.store.merge_clients, account_id, serial, other, expected(request))
        return await self.item(request, record, form.tree)

    async def bulk(self, request: Request, form: Form) -> Response:
        refuse_conditions(request)
        caller, tree = self.caller(request), form.tree
        wanted, given = bulk.read(tree, caller.ids), listing.params(tree)
        listing.check_include(given)
        account_id, serials = caller.account.id, wanted.serials
        known = await ask(self.store.clients, account_id, bulk.counting(serials))
        groups = await self.groups(caller, bulk.groups(wanted, caller.ids))
        bulk.refuse_unknown(wanted, known.total, groups)
        if wanted.state is not None:
            records = await tell(self.store.move_clients, account_id, serials, wanted.state)
        else:
            change = translate.changing(wanted.change, caller, {})
            records = await tell(self.store.change_clients, account_id, serials, change)
        at = listing.window(given, default=len(serials))
        return await self.listed(request, bulk.page(records, at), at, tree)

    async def item(
        self,
        request: Request,
        record: Client,
        asked: Tree,
        more_headers: Mapping[str, str] | None = None,
    ) -> Response:
        caller = self.caller(request)
        (shown,) = await self.shown(caller, [record], asked)
        headers = {**API_VERSION, **tag(record), **(more_headers or {})}
        return reply(enveloped(shown, asked), headers=headers)

    async def listed(
        self, request: Request, found: Page[Client], at: Window, asked: Tree
    ) -> Response:
        shown = await self.shown(self.caller(request), found.records, asked)
        return self.page(request, shown, found.total, at, asked)

    def page(
        self, request: Request, shown: Sequence[Any], total: int, at: Window, asked: Tree
    ) -> Response:
        """One page of anything, with the links to its neighbours."""
        url = self.caller(request).url + request.url.path
        pairs = request.query_params.multi_items()
        no_links: NoLinks = {} if self.options.empty_links == "object" else []
        links = listing.links(url, pairs, total, at) or no_links
        meta = wire.Meta(listing.pagination(total, len(shown), at, links))
        return reply(enveloped(list(shown), asked, meta), headers=API_VERSION)

    async def shown(
        self, caller: Caller, records: Sequence[Client], asked: Tree
    ) -> list[wire.Client]:
        """With their groups, when those were asked for."""
        given = listing.params(asked)
        shown = [translate.client(record, caller) for record in records]
        if listing.wants_groups(given):
            serials = serials_of(records)
            known = await self.groups(caller, serials)
            for record, client in zip(records, shown, strict=True):
                if record.group_serial in known:
                    client.group_settings = group(known[record.group_serial], caller.ids)
        return shown

    async def groups(self, caller: Caller, serials: list[int]) -> dict[int, Group]:
        if not serials:
            return {}
        return await ask(self.store.groups_by_serial, caller.account.id, serials)

    def caller(self, request: Request) -> Caller:
        return Caller(account_of(request), self.options.public_url or own_url(request))


def own_url(request: Request) -> str:
    scope = request.scope
    server = tuple(scope["server"]) if scope.get("server") else None
    return url_at(scope["scheme"], server, request.headers.get("host"))


@functools.lru_cache(maxsize=1024)
def url_at(scheme: str, server: tuple[str, int | None] | None, host: str | None) -> str:
    """Scheme and place of a request: the same for most, and Starlette takes its time for them."""
    headers = [] if host is None else [(b"host", host.encode("latin-1"))]
    url = URL(scope={"scheme": scheme, "server": server, "headers": headers, "path": "/"})
    return f"{url.scheme}://{url.netloc}"


async def hashes_of(tree: Tree) -> dict[str, Secret]:
    """Made here, before any transaction and beside the readers: a hash is slow by design."""
    return {password: await carry(hash_password, password) for password in passwords(tree)}


def serial_of(request: Request, caller: Caller, kind: str = "client") -> int:
    text = request.path_params["id"]
    serial = caller.ids.read(text)
    if serial is None and re.fullmatch("[0-9]{1,20}", text):
        raise Rejected(f"Record with value {text} not found")
    if serial is None:
        raise NotFound(kind)
    return serial
