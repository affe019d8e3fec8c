"""Endpoints of clients. Each decodes, calls the store and encodes, and does nothing else."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import json_response
from dialects.base.http.changes_until import changes_until_header
from dialects.base.http.conditional_requests import (
    etag_header,
    not_modified,
    precondition,
    refuse_conditions,
)
from dialects.base.http.request_urls import own_url
from dialects.base.http.store_calls import replica_options, run_file_io, run_read, run_write
from dialects.base.protocol.failures import Rejected
from dialects.base.protocol.ignored_fields import ignored_headers
from storage import (
    Client,
    ClientQuery,
    Group,
    Invalid,
    NotFound,
    Page,
    Secret,
    State,
    Store,
    hash_password,
    random_text,
)

from ..clients import bulk_actions, ignored_fields, list_query, translate as client_translate
from ..clients.contacts import passwords_to_hash
from ..clients.translate import Caller
from ..documents import translate as document_translate
from ..groups.translate import add_groups, group_serials
from ..protocol import pagination, wire
from ..protocol.envelope import wrap_envelope
from ..protocol.input_tree import InputTree
from ..protocol.messages import taken_problem
from ..protocol.pagination import Window
from ..protocol.scalars import text_of, write_moment
from .multipart import Form
from .options import Options
from .password_confirmation import confirm_password
from .response_headers import API_VERSION_HEADER
from .stored_uploads import stored_logo, stored_uploads

ANY_TWO = ClientQuery(limit=2)
NUMERIC = re.compile(r"[-+]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][-+]?[0-9]{1,5})?")
"""What PHP takes for a number."""


class Clients:
    """Endpoints of clients, and the answers that endpoints of other records share."""

    def __init__(self, store: Store, options: Options) -> None:
        self.store = store
        self.options = options
        self.version = options.shown_version
        self.translations = self.version.translations()

    async def index(self, request: Request, form: Form) -> Response:
        caller, asked = self.caller(request), form.tree
        list_query.check_lengths(asked)
        given = list_query.params(asked)
        query = list_query.client_query(given, caller.id_codec, self.store.current_time())
        lag = replica_options(request, self.store)
        page = await run_read(self.store.list_clients, caller.account.id, query, **lag)
        if list_query.wants_outline(given):
            shown = [self.translations.outline(record, caller) for record in page.records]
        else:
            shown = await self.render_clients(caller, page.records, asked)
        at = pagination.read_window(given)
        response = self.page_response(request, shown, page.total, at, asked)
        response.headers.update(changes_until_header(request, self.store, write_moment))
        return response

    async def create(self, request: Request, form: Form) -> Response:
        caller, tree = self.caller(request), form.tree
        precondition(request).check(None)
        groups = await self.find_groups(caller, client_translate.joined_group(tree, caller))
        hashes = await hash_passwords(tree)
        async with stored_logo(self.store, form, caller.url) as logo:
            async with self.taken_numbers(caller, tree):
                command = client_translate.create_client(tree, caller, hashes, groups, logo)
            async with stored_uploads(self.store, caller.account.id, form) as drafts:
                command = structs.replace(command, documents=drafts)
                record = await run_write(self.store.create_client, caller.account.id, command)
        return await self.client_response(
            request, record, tree, ignored_headers(ignored_fields.of_client(tree))
        )

    async def blank(self, request: Request, form: Form) -> Response:
        shown = self.translations.blank_client(self.caller(request), random_text(40))
        return json_response(wrap_envelope(shown, form.tree), headers=API_VERSION_HEADER)

    async def show(self, request: Request, form: Form) -> Response:
        caller = self.caller(request)
        serial, lag = serial_of(request, caller), replica_options(request, self.store)
        record = await run_read(self.store.get_client, caller.account.id, serial, **lag)
        # A change of the group that is shown with a client does not raise the client's version.
        has_group = list_query.wants_groups(list_query.params(form.tree))
        unchanged = None if has_group else not_modified(request, record)
        return unchanged or await self.client_response(request, record, form.tree)

    async def update(self, request: Request, form: Form) -> Response:
        caller, tree = self.caller(request), form.tree
        serial = serial_of(request, caller)
        if passwords_to_hash(tree):
            # A hash is slow: none is made for a client that does not exist.
            await run_read(self.store.get_client, caller.account.id, serial)
        hashes = await hash_passwords(tree)
        async with (
            self.taken_numbers(caller, tree, serial),
            stored_logo(self.store, form, caller.url) as logo,
            stored_uploads(self.store, caller.account.id, form) as drafts,
        ):
            change = client_translate.change_client(tree, caller, hashes, logo)
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
        await confirm_password(self.store, request)
        caller = self.caller(request)
        serial = serial_of(request, caller)
        await run_write(self.store.purge_client, caller.account.id, serial, precondition(request))
        return json_response(wire.Message("Success"))

    async def merge(self, request: Request, form: Form) -> Response:
        await confirm_password(self.store, request)
        caller = self.caller(request)
        account_id, serial = caller.account.id, serial_of(request, caller)
        other = caller.id_codec.decode(request.path_params["other"])
        page = await run_read(
            self.store.list_clients, account_id, bulk_actions.count_query([other])
        )
        bulk_actions.refuse_merge(serial, other, page.total)
        record = await run_write(
            self.store.merge_clients, account_id, serial, other, precondition(request)
        )
        return await self.client_response(request, record, form.tree)

    async def bulk(self, request: Request, form: Form) -> Response:
        refuse_conditions(request)
        caller, tree = self.caller(request), form.tree
        action = bulk_actions.read_bulk_action(tree, caller.id_codec)
        given = list_query.params(tree)
        list_query.check_include(given)
        account_id, serials = caller.account.id, action.serials
        page = await run_read(
            self.store.list_clients, account_id, bulk_actions.count_query(serials)
        )
        groups = await self.find_groups(caller, bulk_actions.joined_groups(action, caller.id_codec))
        bulk_actions.refuse_unknown(action, page.total, groups)
        if action.state is not None:
            records = await run_write(
                self.store.set_client_states, account_id, serials, action.state
            )
        else:
            change = client_translate.change_client(action.change, caller, {})
            records = await run_write(self.store.change_clients, account_id, serials, change)
        at = pagination.read_window(given, default=pagination.bulk_page_size(serials))
        return await self.list_response(request, bulk_actions.slice_page(records, at), at, tree)

    async def client_response(
        self,
        request: Request,
        record: Client,
        asked: InputTree,
        more_headers: Mapping[str, str] | None = None,
    ) -> Response:
        caller = self.caller(request)
        """Return the answer with one client, its entity tag and the headers of the API."""
        (shown,) = await self.render_clients(caller, [record], asked)
        headers = {**API_VERSION_HEADER, **etag_header(record), **(more_headers or {})}
        return json_response(wrap_envelope(shown, asked), headers=headers)

    async def list_response(
        self, request: Request, page: Page[Client], at: Window, asked: InputTree
    ) -> Response:
        shown = await self.render_clients(self.caller(request), page.records, asked)
        return self.page_response(request, shown, page.total, at, asked)

    def page_response(
        self, request: Request, shown: Sequence[Any], total: int, at: Window, asked: InputTree
    ) -> Response:
        """Return the answer with one page of any records, with links to the pages next to it."""
        url = self.caller(request).url + request.url.path
        pairs = request.query_params.multi_items()
        links = pagination.page_links(url, pairs, total, at) or self.version.no_links
        meta = wire.Meta(pagination.pagination(total, len(shown), at, links))
        return json_response(wrap_envelope(list(shown), asked, meta), headers=API_VERSION_HEADER)

    async def render_clients(
        self, caller: Caller, records: Sequence[Client], asked: InputTree
    ) -> list[wire.Client]:
        """Return the wire shapes of clients, with their groups if `include` names them."""
        given = list_query.params(asked)
        shown = [self.translations.client(record, caller) for record in records]
        client_translate.add_empty_relations(shown, list_query.included_relations(given))
        if list_query.wants_groups(given):
            groups = await self.find_groups(caller, group_serials(records))
            add_groups(shown, records, groups, caller.id_codec)
        return shown

    @asynccontextmanager
    async def taken_numbers(
        self, caller: Caller, tree: InputTree, serial: int | None = None
    ) -> AsyncIterator[None]:
        """Report numbers that other clients have together with the other problems of an input.

        Alone they are a Conflict, which the store finds when it writes.
        """
        try:
            yield
        except Invalid as error:
            problems = list(error.problems)
            for name in ("number", "id_number"):
                text = text_of(tree.get(name))
                if text in {"", "0"} or any(problem.path[0] == name for problem in problems):
                    continue
                query = structs.replace(ANY_TWO, **{name: text})
                page = await run_read(self.store.list_clients, caller.account.id, query)
                if any(record.serial != serial for record in page.records):
                    problems.append(taken_problem(name))
            raise Invalid(*problems) from None

    async def find_groups(self, caller: Caller, serials: list[int]) -> dict[int, Group]:
        if not serials:
            return {}
        return await run_read(self.store.groups_by_serial, caller.account.id, serials)

    def caller(self, request: Request) -> Caller:
        """Return the account of a request, and the url that links in the answer begin with."""
        return Caller(account_of(request), self.options.public_url or own_url(request))


async def hash_passwords(tree: InputTree) -> dict[str, Secret]:
    """Return the hashes of the passwords of an input, by password.

    A hash is slow by design: it is made before any transaction, and not in a thread of reads.
    """
    return {
        password: await run_file_io(hash_password, password) for password in passwords_to_hash(tree)
    }


def serial_of(request: Request, caller: Caller, kind: str = "client") -> int:
    """Return the serial of the id in the path.

    Raise Rejected for a number, as the original does, and NotFound for any other unreadable id.
    """
    text = request.path_params["id"]
    serial = caller.id_codec.decode(text)
    if serial is None and NUMERIC.fullmatch(text):
        raise Rejected(f"Record with value {text} not found")
    if serial is None:
        raise NotFound(kind)
    return serial
