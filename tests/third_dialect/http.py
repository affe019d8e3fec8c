"""The HTTP of the address book: routes, endpoints, authentication, error answers."""

import base64
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from dialects.base.http.application import assemble_app
from dialects.base.http.authentication import AuthMiddleware, Headers, account_of
from dialects.base.http.bodies import json_response, read_body
from dialects.base.http.idempotency import Answer, answer_write
from dialects.base.http.rate_options import RateOptions
from dialects.base.http.routing import guarded_route
from dialects.base.http.store_calls import run_read
from dialects.base.protocol.failures import (
    Malformed,
    NoRoute,
    Renderable,
    Unauthenticated,
    WrongMethod,
)
from storage import Client, ClientQuery, Invalid, LiveKey, NotFound, Store

from . import wire

BODY_LIMIT = 2**16


class Options(RateOptions, frozen=True, kw_only=True):
    """Settings of this dialect."""

    page_size: int = 50


class BasicMiddleware(AuthMiddleware):
    """HTTP Basic authentication: the token is the password."""

    dialect = "cards"
    refusal = "unknown password"

    def read_credential(self, headers: Headers) -> str:
        scheme, _, encoded = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        return password_of(encoded) if scheme.lower() == "basic" else ""


def password_of(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


class Cards:
    """Endpoints of cards: list, create, show, change."""

    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options

    async def index(self, request: Request) -> Response:
        start = int(request.query_params.get("start", "0"))
        query = ClientQuery(offset=start, limit=self.options.page_size)
        page = await run_read(self.store.list_clients, account_of(request).id, query)
        return json_response(wire.Cards([wire.card(r) for r in page.records], page.total or 0))

    async def create(self, request: Request) -> Response:
        command = wire.new_client(await read_card(request))
        answer = Answer[Client](lambda record, _: json_response(wire.card(record), 201))
        write, account_id = self.store.create_client, account_of(request).id
        return await answer_write(request, answer, write, account_id, command)

    async def show(self, request: Request) -> Response:
        record = await run_read(self.store.get_client, account_of(request).id, key_of(request))
        return json_response(wire.card(record))

    async def change(self, request: Request) -> Response:
        change = wire.client_change(await read_card(request))
        answer = Answer[Client](lambda record, _: json_response(wire.card(record)))
        write, account_id = self.store.change_client, account_of(request).id
        key = key_of(request)
        return await answer_write(request, answer, write, account_id, key, lambda _: change)


async def read_card(request: Request) -> wire.CardInput:
    try:
        return msgspec.json.decode(await read_body(request, BODY_LIMIT), type=wire.CardInput)
    except msgspec.MsgspecError as error:
        raise Malformed(str(error)) from error


def key_of(request: Request) -> LiveKey:
    return LiveKey(external_id="", uuid=request.path_params["uuid"])


def render(failure: Renderable) -> Response:
    match failure:
        case NotFound() | NoRoute():
            status = 404
        case WrongMethod():
            status = 405
        case Unauthenticated():
            status = 401
        case Invalid() | Malformed():
            status = 400
        case _:
            status = 500
    return json_response(wire.Refusal(str(failure)), status)


def app(store: Store, options: Options) -> ASGIApp:
    cards = Cards(store, options)
    return assemble_app(
        routes=[
            guarded_route("/cards", GET=cards.index, POST=cards.create),
            guarded_route("/cards/{uuid:uuid}", GET=cards.show, PATCH=cards.change),
        ],
        auth=partial(BasicMiddleware, store=store, render=render, rate=options.rate),
        credentials=["Authorization"],
        render=render,
    )


def credentials(token: str, _options: Options) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'cards:{token}'.encode()).decode()}"}
