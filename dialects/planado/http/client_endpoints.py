"""Endpoints: decode, ask the store, encode. Nothing else happens here."""

from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import read_body, reply
from dialects.base.http.conditional_requests import etag_header, not_modified, precondition
from dialects.base.http.store_calls import replica_options, run_read, run_write
from dialects.base.protocol.failures import Malformed
from dialects.base.protocol.ignored_fields import ignored_headers
from dialects.base.protocol.json_codec import parse_json, refuse_unstorable
from storage import Client, LiveKey, NotFound, State, Store

from ..clients import list_query, translate
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
        lag = replica_options(request, self.store)
        wanted = list_query.plan_list(self.store, given, self.options.page_size)
        found = await run_read(wanted.fetch, account_id, wanted.query, after, **lag)
        return reply(wanted.build_page(found))

    async def create(self, request: Request) -> Response:
        tree = await tree_of(request)
        precondition(request).check(None)
        command = translate.create_client(tree)
        record = await run_write(self.store.create_client, account_of(request).id, command)
        return mutation_response(record, 201, ignored_headers(ignored(tree, record, by_path=False)))

    async def show(self, request: Request) -> Response:
        key, lag = key_of(request), replica_options(request, self.store)
        record = await run_read(self.store.get_client, account_of(request).id, key, **lag)
        return not_modified(request, record) or reply(
            wire.One(translate.client(record)), headers=etag_header(record)
        )

    async def change(self, request: Request) -> Response:
        key, tree = key_of(request), await tree_of(request)
        record, is_new = await run_write(
            self.store.upsert_client,
            account_of(request).id,
            key,
            translate.change_client(tree),
            translate.create_under_key(tree, key),
            precondition(request),
        )
        status = 201 if is_new else 200
        return mutation_response(
            record, status, ignored_headers(ignored(tree, record, by_path=True))
        )

    async def delete(self, request: Request) -> Response:
        record = await run_write(
            self.store.set_client_state,
            account_of(request).id,
            key_of(request),
            State.DELETED,
            precondition(request),
        )
        return mutation_response(record, 200, {})


async def tree_of(request: Request) -> dict[str, Any]:
    """The body as JSON whatever its Content-Type says: most callers send a form's."""
    tree = parse_json(await read_body(request, BODY_LIMIT))
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


def mutation_response(record: Client, status: int, headers: dict[str, str]) -> Response:
    return reply(wire.Mutation(record.uuid), status, headers | etag_header(record))
