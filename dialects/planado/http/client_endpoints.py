"""Endpoints of clients. Each decodes, calls the store and encodes, and does nothing else."""

from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import json_response, parse_body, read_body
from dialects.base.http.changes_until import changes_until_header
from dialects.base.http.conditional_requests import etag_header, not_modified, precondition
from dialects.base.http.idempotency import Answer, answer_write
from dialects.base.http.store_calls import replica_options, run_read
from dialects.base.protocol.failures import Malformed
from dialects.base.protocol.ignored_fields import ignored_headers
from dialects.base.protocol.json_codec import parse_json, refuse_unstorable
from storage import Client, LiveKey, NotFound, State, Store

from ..clients import list_query, translate
from ..clients.ignored_fields import ignored_keys
from ..protocol import wire
from ..protocol.scalars import read_key, write_moment
from .options import Options

BODY_LIMIT = 2**20


class Clients:
    """Endpoints of clients: list, create, show, change, delete."""

    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options

    async def index(self, request: Request) -> Response:
        pairs = request.query_params.multi_items()
        refuse_unstorable(dict(pairs))
        given = list_query.params(pairs)
        account_id, after = account_of(request).id, list_query.cursor(given)
        lag = replica_options(request, self.store)
        plan = list_query.plan_list(self.store, given, self.options.page_size)
        records = await run_read(plan.fetch, account_id, plan.query, after, **lag)
        until = changes_until_header(request, self.store, write_moment)
        return json_response(plan.build_page(records), headers=until)

    async def create(self, request: Request) -> Response:
        tree = await body_tree(request)
        precondition(request).check(None)
        command = translate.create_client(tree)
        answer = Answer[Client](lambda record, _groups: created_response(tree, record))
        write, account_id = self.store.create_client, account_of(request).id
        return await answer_write(request, answer, write, account_id, command)

    async def show(self, request: Request) -> Response:
        key, lag = client_key(request), replica_options(request, self.store)
        record = await run_read(self.store.get_client, account_of(request).id, key, **lag)
        return not_modified(request, record) or json_response(
            wire.One(translate.client(record)), headers=etag_header(record)
        )

    async def change(self, request: Request) -> Response:
        key, tree = client_key(request), await body_tree(request)
        return await answer_write(
            request,
            Answer[tuple[Client, bool]](lambda result, _groups: upserted_response(tree, result)),
            self.store.upsert_client,
            account_of(request).id,
            key,
            translate.change_client(tree),
            translate.create_under_key(tree, key),
            precondition(request),
        )

    async def delete(self, request: Request) -> Response:
        return await answer_write(
            request,
            Answer[Client](lambda record, _groups: mutation_response(record, 200, {})),
            self.store.set_client_state,
            account_of(request).id,
            client_key(request),
            State.DELETED,
            precondition(request),
        )


async def body_tree(request: Request) -> dict[str, Any]:
    """Return the body as a JSON object.

    The Content-Type does not matter: most callers send that of a form with JSON. Raise Malformed
    for a body that is no object, and Invalid for values that cannot be stored.
    """
    return await parse_body(parse_object, await read_body(request, BODY_LIMIT))


def parse_object(raw: bytes) -> dict[str, Any]:
    tree = parse_json(raw)
    if not isinstance(tree, dict):
        raise Malformed("the body is not an object")
    refuse_unstorable(tree)
    return tree


def client_key(request: Request) -> LiveKey:
    """Return the key in the path, percent-decoded once. Raise NotFound for one that is unreadable.

    It is read from the raw path, because an external id may contain any character.
    """
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


def created_response(tree: dict[str, Any], record: Client) -> Response:
    headers = ignored_headers(ignored_keys(tree, record, by_path=False))
    return mutation_response(record, 201, headers)


def upserted_response(tree: dict[str, Any], result: tuple[Client, bool]) -> Response:
    record, is_new = result
    headers = ignored_headers(ignored_keys(tree, record, by_path=True))
    return mutation_response(record, 201 if is_new else 200, headers)


def mutation_response(record: Client, status: int, headers: dict[str, str]) -> Response:
    return json_response(wire.Mutation(record.uuid), status, headers | etag_header(record))
