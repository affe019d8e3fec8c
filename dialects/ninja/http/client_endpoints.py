"""The endpoints of clients: decode, ask the store, encode. Nothing else happens here."""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import reply
from dialects.base.http.conditional_requests import (
    etag_header,
    not_modified,
    precondition,
    refuse_conditions,
)
from dialects.base.http.store_calls import replica_options, run_file_io, run_read, run_write
from dialects.base.protocol.failures import Rejected
from dialects.base.protocol.ignored_fields import ignored_headers
from storage import Client, Group, NotFound, Page, Secret, State, Store, hash_password, random_text

from ..clients import bulk_actions, ignored_fields, list_query, translate as client_translate
from ..clients.contacts import passwords_to_hash
from ..clients.translate import Caller
from ..documents import translate as document_translate
from ..groups.translate import group, serials_of
from ..protocol import pagination, wire
from ..protocol.envelope import wrap_envelope
from ..protocol.input_tree import InputTree
from ..protocol.pagination import Window
from .multipart import Form
from .options import NoLinks, Options
from .password_confirmation import confirm
from .response_headers import API_VERSION
from .stored_uploads import stored_uploads


class Clients:
    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options

    async def index(self, request: Request, form: Form) -> Response:
        caller, asked = self.caller(request), form.tree
        given = list_query.params(asked)
        query = list_query.query(given, caller.id_codec)
        lag = replica_options(request, self.store)
        found = await run_read(self.store.list_clients, caller.account.id, query, **lag)
        at = pagination.read_window(given)
        if list_query.wants_outline(given):
            outlines = [client_translate.outline(record, caller) for record in found.records]
            return self.read_page(request, outlines, found.total, at, asked)
        return await self.list_response(request, found, at, asked)

    async def create(self, request: Request, form: Form) -> Response:
        caller, tree = self.caller(request), form.tree
        precondition(request).check(None)
        groups = await self.joined_groups(caller, client_translate.joined_group(tree, caller))
        command = client_translate.create_client(tree, caller, await hashes_of(tree), groups)
        async with stored_uploads(self.store, caller.account.id, form) as drafts:
            command = structs.replace(command, documents=drafts)
            record = await run_write(self.store.create_client, caller.account.id, command)
        return await self.client_response(
            request, record, tree, ignored_headers(ignored_fields.of_client(tree))
        )

    async def blank(self, request: Request, form: Form) -> Response:
        shown = client_translate.blank(self.caller(request), client_hash=random_text(40))
        return reply(wrap_envelope(shown, form.tree), headers=API_VERSION)

    async def show(self, request: Request, form: Form) -> Response:
        caller = self.caller(request)
        serial, lag = serial_of(request, caller), replica_options(request, self.store)
        record = await run_read(self.store.get_client, caller.account.id, serial, **lag)
        # The version is the client's: it does not tell of a change to the group shown with it.
        has_group = list_query.wants_groups(list_query.params(form.tree))
        known = None if has_group else not_modified(request, record)
        return known or await self.client_response(request, record, form.tree)

    async def update(self, request: Request, form: Form) -> Response:
        caller, tree = self.caller(request), form.tree
        serial = serial_of(request, caller)
        if passwords_to_hash(tree):
            await run_read(self.store.get_client, caller.account.id, serial)  # no hash for nobody
        change = client_translate.change_client(tree, caller, await hashes_of(tree))
        async with stored_uploads(self.store, caller.account.id, form) as drafts:
            attach = document_translate.attach_documents(drafts, change)
            record = await run_write(
                self.store.change_client, caller.account.id, serial, attach, precondition(request)
            )
        return await self.client_response(
            request, record, tree, ignored_headers(ignored_fields.of_client(tree))
        )

    async def delete(self, request: Request, form: Form) -> Response:
        caller = self.caller(request)
        serial = serial_of(request, caller)
        record = await run_write(
            self.store.set_client_state,
            caller.account.id,
            serial,
            State.DELETED,
            precondition(request),
        )
        return await self.client_response(request, record, form.tree)

    async def purge(self, request: Request, _form: Form) -> Response:
        await confirm(self.store, request)
        caller = self.caller(request)
        serial = serial_of(request, caller)
        await run_write(self.store.purge_client, caller.account.id, serial, precondition(request))
        return reply(wire.Message("Success"))

    async def merge(self, request: Request, form: Form) -> Response:
        await confirm(self.store, request)
        caller = self.caller(request)
        account_id, serial = caller.account.id, serial_of(request, caller)
        other = caller.id_codec.decode(request.path_params["other"])
        known = await run_read(
            self.store.list_clients, account_id, bulk_actions.count_query([other])
        )
        bulk_actions.refuse_merge(serial, other, known.total)
        record = await run_write(
            self.store.merge_clients, account_id, serial, other, precondition(request)
        )
        return await self.client_response(request, record, form.tree)

    async def bulk(self, request: Request, form: Form) -> Response:
        refuse_conditions(request)
        caller, tree = self.caller(request), form.tree
        wanted, given = (
            bulk_actions.read_bulk_action(tree, caller.id_codec),
            list_query.params(tree),
        )
        list_query.check_include(given)
        account_id, serials = caller.account.id, wanted.serials
        known = await run_read(
            self.store.list_clients, account_id, bulk_actions.count_query(serials)
        )
        groups = await self.joined_groups(
            caller, bulk_actions.joined_groups(wanted, caller.id_codec)
        )
        bulk_actions.refuse_unknown(wanted, known.total, groups)
        if wanted.state is not None:
            records = await run_write(
                self.store.set_client_states, account_id, serials, wanted.state
            )
        else:
            change = client_translate.change_client(wanted.change, caller, {})
            records = await run_write(self.store.change_clients, account_id, serials, change)
        at = pagination.read_window(given, default=len(serials))
        return await self.list_response(request, bulk_actions.slice_page(records, at), at, tree)

    async def client_response(
        self,
        request: Request,
        record: Client,
        asked: InputTree,
        more_headers: Mapping[str, str] | None = None,
    ) -> Response:
        caller = self.caller(request)
        (shown,) = await self.render_client(caller, [record], asked)
        headers = {**API_VERSION, **etag_header(record), **(more_headers or {})}
        return reply(wrap_envelope(shown, asked), headers=headers)

    async def list_response(
        self, request: Request, found: Page[Client], at: Window, asked: InputTree
    ) -> Response:
        shown = await self.render_client(self.caller(request), found.records, asked)
        return self.read_page(request, shown, found.total, at, asked)

    def read_page(
        self, request: Request, shown: Sequence[Any], total: int, at: Window, asked: InputTree
    ) -> Response:
        """One page of anything, with the links to its neighbours."""
        url = self.caller(request).url + request.url.path
        pairs = request.query_params.multi_items()
        no_links: NoLinks = {} if self.options.empty_links == "object" else []
        links = pagination.links(url, pairs, total, at) or no_links
        meta = wire.Meta(pagination.pagination(total, len(shown), at, links))
        return reply(wrap_envelope(list(shown), asked, meta), headers=API_VERSION)

    async def render_client(
        self, caller: Caller, records: Sequence[Client], asked: InputTree
    ) -> list[wire.Client]:
        """With their groups, when those were asked for."""
        given = list_query.params(asked)
        shown = [client_translate.client(record, caller) for record in records]
        if list_query.wants_groups(given):
            serials = serials_of(records)
            known = await self.joined_groups(caller, serials)
            for record, client in zip(records, shown, strict=True):
                if record.group_serial in known:
                    client.group_settings = group(known[record.group_serial], caller.id_codec)
        return shown

    async def joined_groups(self, caller: Caller, serials: list[int]) -> dict[int, Group]:
        if not serials:
            return {}
        return await run_read(self.store.groups_by_serial, caller.account.id, serials)

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


async def hashes_of(tree: InputTree) -> dict[str, Secret]:
    """Made here, before any transaction and beside the readers: a hash is slow by design."""
    return {
        password: await run_file_io(hash_password, password) for password in passwords_to_hash(tree)
    }


def serial_of(request: Request, caller: Caller, kind: str = "client") -> int:
    text = request.path_params["id"]
    serial = caller.id_codec.decode(text)
    if serial is None and re.fullmatch("[0-9]{1,20}", text):
        raise Rejected(f"Record with value {text} not found")
    if serial is None:
        raise NotFound(kind)
    return serial
