"""The endpoints of clients: decode, ask the store, encode. Nothing else happens here."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from dialects.base import (
    Rejected,
    WrongMethod,
    account_of,
    ask,
    ignored_headers,
    reply,
    tell,
)
from storage import Client, NotFound, Page, Secret, State, Store, hash_password, random_text

from . import bulk, listing, translate, wire
from .bodies import inputs, query_inputs
from .confirming import confirm
from .contacts import passwords
from .envelope import envelope
from .headers import API_VERSION
from .ignored import ignored
from .inputs import Tree
from .listing import Window
from .options import NoLinks, Options
from .translate import Caller


class Clients:
    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options

    async def index(self, request: Request) -> Response:
        caller, asked = self.caller(request), query_inputs(request)
        given = listing.params(asked)
        query = listing.query(given, caller.ids)
        found = await ask(self.store.clients, caller.account.id, query)
        return self.listed(request, found, listing.window(given), asked)

    async def create(self, request: Request) -> Response:
        tree = await inputs(request)
        match override(request, tree):
            case "GET" | "HEAD":
                return await self.index(request)
            case "POST":
                return await self.created(request, tree)
            case _:
                raise WrongMethod("GET, HEAD, POST")

    async def created(self, request: Request, tree: Tree) -> Response:
        caller = self.caller(request)
        command = translate.create_client(tree, caller, await hashes_of(tree))
        record = await tell(self.store.create_client, caller.account.id, command)
        return item(record, caller, tree, ignored_headers(ignored(tree)))

    async def blank(self, request: Request) -> Response:
        shown = translate.blank(self.caller(request), client_hash=random_text(40))
        return reply(envelope(wire.One(shown), query_inputs(request)), headers=API_VERSION)

    async def show(self, request: Request) -> Response:
        caller = self.caller(request)
        record = await ask(self.store.client, caller.account.id, serial_of(request, caller))
        return item(record, caller, query_inputs(request))

    async def update(self, request: Request) -> Response:
        return await self.updated(request, await inputs(request))

    async def updated(self, request: Request, tree: Tree) -> Response:
        caller = self.caller(request)
        serial = serial_of(request, caller)
        change = translate.changing(tree, caller, await hashes_of(tree))
        record = await tell(self.store.change_client, caller.account.id, serial, change)
        return item(record, caller, tree, ignored_headers(ignored(tree)))

    async def delete(self, request: Request) -> Response:
        caller = self.caller(request)
        serial = serial_of(request, caller)
        record = await tell(self.store.move_client, caller.account.id, serial, State.DELETED)
        return item(record, caller, query_inputs(request))

    async def purge(self, request: Request) -> Response:
        await confirm(self.store, request)
        caller = self.caller(request)
        await tell(self.store.purge_client, caller.account.id, serial_of(request, caller))
        return reply(wire.Message("Success"))

    async def merge(self, request: Request) -> Response:
        await confirm(self.store, request)
        caller = self.caller(request)
        account_id, serial = caller.account.id, serial_of(request, caller)
        other = caller.ids.read(request.path_params["other"])
        known = await ask(self.store.clients, account_id, bulk.one(other))
        bulk.refuse_merge(serial, other, known.total)
        record = await tell(self.store.merge_clients, account_id, serial, other)
        return item(record, caller, query_inputs(request))

    async def override(self, request: Request) -> Response:
        """A POST to one client means the method that it names in its header or its input."""
        tree = await inputs(request)
        match override(request, tree):
            case "GET" | "HEAD":
                return await self.show(request)
            case "PUT" | "PATCH":
                return await self.updated(request, tree)
            case "DELETE":
                return await self.delete(request)
            case _:
                raise WrongMethod("GET, HEAD, PUT, PATCH, DELETE")

    async def bulk(self, request: Request) -> Response:
        caller, tree = self.caller(request), await inputs(request)
        wanted, given = bulk.read(tree, caller.ids), listing.params(tree)
        listing.check_include(given)
        account_id, query = caller.account.id, bulk.query(wanted)
        known = await ask(self.store.clients, account_id, query)
        bulk.refuse_unknown(wanted, known.total)
        await tell(self.store.move_clients, account_id, wanted.serials, wanted.state)
        at = listing.window(given, default=len(wanted.serials))
        found = await ask(self.store.clients, account_id, listing.paged(query, at))
        return self.listed(request, found, at, tree)

    def listed(self, request: Request, found: Page[Client], at: Window, asked: Tree) -> Response:
        caller = self.caller(request)
        url, pairs = caller.url + request.url.path, request.query_params.multi_items()
        no_links: NoLinks = {} if self.options.empty_links == "object" else []
        links = listing.links(url, pairs, found.total, at) or no_links
        many = listing.many(found, at, caller, links)
        return reply(envelope(many, asked), headers=API_VERSION)

    def caller(self, request: Request) -> Caller:
        own = f"{request.url.scheme}://{request.url.netloc}"
        return Caller(account_of(request), self.options.public_url or own)


def item(
    record: Client, caller: Caller, asked: Tree, more_headers: Mapping[str, str] | None = None
) -> Response:
    headers = {**API_VERSION, "ETag": f'"{record.version}"', **(more_headers or {})}
    one = wire.One(translate.client(record, caller))
    return reply(envelope(one, asked), headers=headers)


async def hashes_of(tree: Tree) -> dict[str, Secret]:
    """Made here, before any transaction: a hash is slow by design."""
    return {password: await ask(hash_password, password) for password in passwords(tree)}


def serial_of(request: Request, caller: Caller) -> int:
    text = request.path_params["id"]
    serial = caller.ids.read(text)
    if serial is None and re.fullmatch("[0-9]{1,20}", text):
        raise Rejected(f"Record with value {text} not found")
    if serial is None:
        raise NotFound("client")
    return serial


def override(request: Request, tree: Tree) -> str:
    named = request.headers.get("x-http-method-override") or tree.get("_method") or "POST"
    return str(named).upper()
