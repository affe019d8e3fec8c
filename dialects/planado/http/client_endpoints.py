"""Endpoints: decode, ask the store, encode. Nothing else happens here."""

from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import body_of, reply
from dialects.base.http.conditional_requests import expected, tag, unchanged
from dialects.base.http.store_calls import ask, late, tell
from dialects.base.protocol.failures import Malformed
from dialects.base.protocol.ignored_fields import ignored_headers
from dialects.base.protocol.json_codec import parsed_json, refuse_unstorable
from storage import Client, LiveKey, NotFound, State, Store

from ..clients import list_query, translate as clients_translate
from ..clients.ignored_fields import ignored
from ..protocol import wire
from ..protocol.scalars import read_key
from .options import Options

BODY_LIMIT = 2**20


class Clients:
    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options

    async def index(self, request: Request) -> Response:
        pairs = request.query_params.multi_items()
        refuse_unstorable(dict(pairs))
        given = list_query.params(pairs)
        account_id, after = account_of(request).id, list_query.cursor(given)
        lag = late(request, self.store)
        wanted = list_query.wanted(self.store, given, self.options.page_size)
        found = await ask(wanted.find, account_id, wanted.query, after, **lag)
        return reply(wanted.page(found))

    async def create(self, request: Request) -> Response:
        tree = await tree_of(request)
        expected(request).check(None)
        command = clients_translate.create_client(tree)
        record = await tell(self.store.create_client, account_of(request).id, command)
        return mutated(record, 201, ignored_headers(ignored(tree, record, by_path=False)))

    async def show(self, request: Request) -> Response:
        key, lag = key_of(request), late(request, self.store)
        record = await ask(self.store.client, account_of(request).id, key, **lag)
        return unchanged(request, record) or reply(
            wire.One(clients_translate.client(record)), headers=tag(record)
        )

    async def change(self, request: Request) -> Response:
        key, tree = key_of(request), await tree_of(request)
        record, is_new = await tell(
            self.store.upsert_client,
            account_of(request).id,
            key,
            clients_translate.changing(tree),
            clients_translate.creating(tree, key),
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
