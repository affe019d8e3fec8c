"""Endpoints: decode, ask the store, encode. Nothing else happens here."""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from dialects.base import (
    Rejected,
    WrongMethod,
    account_of,
    ask,
    assemble,
    ignored_headers,
    reply,
    route,
    tell,
)
from storage import Client, NotFound, Page, Secret, State, Store, hash_password, random_text

from . import bulk, listing, translate, wire
from .auth import auth
from .bodies import inputs, query_inputs
from .contacts import passwords
from .errors import render
from .headers import API_VERSION, with_headers
from .ignored import ignored
from .inputs import Tree
from .listing import Window
from .translate import Caller

NoLinks = dict[str, str] | list[str]


class Options(Struct, frozen=True, kw_only=True):
    """`api_secret` is demanded in X-API-SECRET when set; `public_url` is the scheme and host of
    the links, when callers reach us by another than they name; `empty_links` is what stands for
    no links at all: `array` as documented, `object` as newer servers send."""

    api_secret: str = ""
    public_url: str = ""
    empty_links: Literal["array", "object"] = "array"

    def __repr__(self) -> str:
        """Without values: one of them is a secret."""
        return "Options(…)"


def app(store: Store, options: Options) -> ASGIApp:
    clients = Clients(store, options)
    routes = [
        route("/clients", GET=clients.index, POST=clients.create),
        route("/clients/create", GET=clients.blank),
        route("/clients/bulk", POST=clients.bulk),
        route(
            "/clients/{id}",
            GET=clients.show,
            PUT=clients.update,
            PATCH=clients.update,
            DELETE=clients.delete,
            POST=clients.override,
        ),
        route("/clients/{id}/edit", GET=clients.show),
    ]
    secured = auth(store, render, options.api_secret)
    return with_headers(assemble(routes=routes, auth=secured, render=render))


def credentials(token: str, options: Options) -> dict[str, str]:
    secret = {"X-API-SECRET": options.api_secret} if options.api_secret else {}
    return {"X-API-TOKEN": token, **secret}


class Clients:
    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options

    async def index(self, request: Request) -> Response:
        caller, given = self.caller(request), listing.params(query_inputs(request))
        query = listing.query(given, caller.ids)
        found = await ask(self.store.clients, caller.account.id, query)
        return self.listed(request, found, listing.window(given))

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
        return item(record, caller, ignored_headers(ignored(tree)))

    async def blank(self, request: Request) -> Response:
        shown = translate.blank(self.caller(request), client_hash=random_text(40))
        return reply(wire.One(shown), headers=API_VERSION)

    async def show(self, request: Request) -> Response:
        caller = self.caller(request)
        record = await ask(self.store.client, caller.account.id, serial_of(request, caller))
        return item(record, caller)

    async def update(self, request: Request) -> Response:
        return await self.updated(request, await inputs(request))

    async def updated(self, request: Request, tree: Tree) -> Response:
        caller = self.caller(request)
        serial = serial_of(request, caller)
        change = translate.changing(tree, caller, await hashes_of(tree))
        record = await tell(self.store.change_client, caller.account.id, serial, change)
        return item(record, caller, ignored_headers(ignored(tree)))

    async def delete(self, request: Request) -> Response:
        caller = self.caller(request)
        serial = serial_of(request, caller)
        record = await tell(self.store.move_client, caller.account.id, serial, State.DELETED)
        return item(record, caller)

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
        return self.listed(request, found, at)

    def listed(self, request: Request, found: Page[Client], at: Window) -> Response:
        caller = self.caller(request)
        url, pairs = caller.url + request.url.path, request.query_params.multi_items()
        no_links: NoLinks = {} if self.options.empty_links == "object" else []
        links = listing.links(url, pairs, found.total, at) or no_links
        return reply(listing.many(found, at, caller, links), headers=API_VERSION)

    def caller(self, request: Request) -> Caller:
        own = f"{request.url.scheme}://{request.url.netloc}"
        return Caller(account_of(request), self.options.public_url or own)


def item(record: Client, caller: Caller, more_headers: Mapping[str, str] | None = None) -> Response:
    headers = {**API_VERSION, "ETag": f'"{record.version}"', **(more_headers or {})}
    return reply(wire.One(translate.client(record, caller)), headers=headers)


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
