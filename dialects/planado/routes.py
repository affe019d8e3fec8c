"""Endpoints: decode, ask the store, encode. Nothing else happens here."""

from functools import partial
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from dialects.base import (
    Malformed,
    RateOptions,
    Shortcut,
    account_of,
    ask,
    assemble,
    body_of,
    expected,
    ignored_headers,
    late,
    parsed_json,
    refuse_unstorable,
    reply,
    route,
    tag,
    tell,
    unchanged,
)
from storage import Client, LiveKey, NotFound, State, Store

from . import listing, translate, wire
from .auth import KeyMiddleware
from .errors import render
from .ignored import ignored
from .plain import Reader
from .scalars import read_key

BODY_LIMIT = 2**20


class Options(RateOptions, frozen=True, kw_only=True):
    """`page_size`: clients in an answer when the caller does not say."""

    page_size: Annotated[int, Meta(ge=1, le=100)] = 20


def app(store: Store, options: Options) -> ASGIApp:
    clients = Clients(store, options)
    return assemble(
        routes=[
            route("/clients", GET=clients.index, POST=clients.create),
            route(
                "/clients/{key:path}",
                GET=clients.show,
                PATCH=clients.change,
                DELETE=clients.delete,
            ),
        ],
        auth=partial(KeyMiddleware, store=store, render=render, rate=options.rate),
        short=partial(Shortcut, store=store, read=Reader(options.page_size)),
        render=render,
    )


def credentials(token: str, _options: Options) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Clients:
    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options

    async def index(self, request: Request) -> Response:
        pairs = request.query_params.multi_items()
        refuse_unstorable(dict(pairs))
        given = listing.params(pairs)
        account_id, after = account_of(request).id, listing.cursor(given)
        lag = late(request, self.store)
        wanted = listing.wanted(self.store, given, self.options.page_size)
        found = await ask(wanted.find, account_id, wanted.query, after, **lag)
        return reply(wanted.page(found))

    async def create(self, request: Request) -> Response:
        tree = await tree_of(request)
        expected(request).check(None)
        command = translate.create_client(tree)
        record = await tell(self.store.create_client, account_of(request).id, command)
        return mutated(record, 201, ignored_headers(ignored(tree, record, by_path=False)))

    async def show(self, request: Request) -> Response:
        key, lag = key_of(request), late(request, self.store)
        record = await ask(self.store.client, account_of(request).id, key, **lag)
        return unchanged(request, record) or reply(
            wire.One(translate.client(record)), headers=tag(record)
        )

    async def change(self, request: Request) -> Response:
        key, tree = key_of(request), await tree_of(request)
        record, is_new = await tell(
            self.store.upsert_client,
            account_of(request).id,
            key,
            translate.changing(tree),
            translate.creating(tree, key),
            expected(request),
        )
        status = 201 if is_new else 200
        return mutated(record, status, ignored_headers(ignored(tree, record, by_path=True)))

    async def delete(self, request: Request) -> Response:
        record = await tell(
            self.store.move_client,
            account_of(request).id,
            key_of(request),
            State.DELETED,
            expected(request),
        )
        return mutated(record, 200, {})


async def tree_of(request: Request) -> dict[str, Any]:
    """The body as JSON whatever its Content-Type says: most callers send a form's."""
    tree = parsed_json(await body_of(request, BODY_LIMIT))
    if not isinstance(tree, dict):
        raise Malformed("the body is not an object")
    refuse_unstorable(tree)
    return tree


def key_of(request: Request) -> LiveKey:
    """The path's last part, percent-decoded once: an external id may hold any character."""
    raw: bytes = request.scope["raw_path"].partition(b"/clients/")[2]
    if raw.endswith(b"/"):
        raw = raw[:-1]
    try:
        text = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        text = ""
    if not text or "\0" in text:
        raise NotFound("client")
    return read_key(text)


def mutated(record: Client, status: int, headers: dict[str, str]) -> Response:
    return reply(wire.Mutation(record.uuid), status, headers | tag(record))
