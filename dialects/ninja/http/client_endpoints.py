"""Endpoints of clients. Each decodes, calls the store and encodes, and does nothing else."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
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
from dialects.base.http.idempotency import Answer, answer_write, render_result, write_once
from dialects.base.http.request_urls import own_url
from dialects.base.http.store_calls import replica_options, run_file_io, run_read
from dialects.base.protocol.failures import Rejected
from dialects.base.protocol.ignored_fields import ignored_headers
from storage import (
    Client,
    ClientQuery,
    Group,
    Invalid,
    NotFound,
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
from ..groups.translate import add_groups, shown_groups
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
SUCCESS = Answer[Any](lambda _result, _groups: json_response(wire.Message("Success")))
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
            groups = await self.find_groups(caller, shown_groups(page.records, asked))
            shown = self.shown_clients(caller, page.records, asked, groups)
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
                answer = self.client_answer(request, tree, ignored_fields.of_client(tree))
                write, account_id = self.store.create_client, caller.account.id
                respond = await write_once(request, answer, write, account_id, command)
        return await respond()

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
        groups = await self.find_groups(caller, client_translate.joined_group(tree, caller))
        hashes = await hash_passwords(tree)
        async with (
            self.taken_numbers(caller, tree, serial),
            stored_logo(self.store, form, caller.url) as logo,
            stored_uploads(self.store, caller.account.id, form) as drafts,
        ):
            change = client_translate.change_client(tree, caller, hashes, groups, logo)
            attach = document_translate.attach_documents(drafts, change)
            answer = self.client_answer(request, tree, ignored_fields.of_client(tree))
            write, given = self.store.change_client, (serial, attach, precondition(request))
            respond = await write_once(request, answer, write, caller.account.id, *given)
        return await respond()

    async def delete(self, request: Request, form: Form) -> Response:
        caller, answer = self.caller(request), self.client_answer(request, form.tree)
        given = serial_of(request, caller), State.DELETED, precondition(request)
        write = self.store.set_client_state
        return await answer_write(request, answer, write, caller.account.id, *given)

    async def purge(self, request: Request, _form: Form) -> Response:
        await confirm_password(self.store, request)
        caller = self.caller(request)
        given = serial_of(request, caller), precondition(request)
        write = self.store.purge_client
        return await answer_write(request, SUCCESS, write, caller.account.id, *given)

    async def merge(self, request: Request, form: Form) -> Response:
        await confirm_password(self.store, request)
        caller = self.caller(request)
        account_id, serial = caller.account.id, serial_of(request, caller)
        other = caller.id_codec.decode(request.path_params["other"])
        page = await run_read(
            self.store.list_clients, account_id, bulk_actions.count_query([other])
        )
        bulk_actions.refuse_merge(serial, other, page.total)
        answer, given = self.client_answer(request, form.tree), (serial, other)
        write, condition = self.store.merge_clients, precondition(request)
        return await answer_write(request, answer, write, account_id, *given, condition)

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
        at = pagination.read_window(given, default=pagination.bulk_page_size(serials))
        answer = self.list_answer(request, at, tree)
        if action.state is not None:
            set_states, state = self.store.set_client_states, action.state
            return await answer_write(request, answer, set_states, account_id, serials, state)
        change = client_translate.change_client(action.change, caller, {}, groups)
        write = self.store.change_clients
        return await answer_write(request, answer, write, account_id, serials, change)

    def client_answer(
        self, request: Request, asked: InputTree, ignored_keys: Iterable[str] = ()
    ) -> Answer[Client]:
        """Return how one client is answered: with its entity tag and the headers of the API."""
        caller, more_headers = self.caller(request), ignored_headers(ignored_keys)

        def render(record: Client, groups: Mapping[int, Group]) -> Response:
            (shown,) = self.shown_clients(caller, [record], asked, groups)
            headers = {**API_VERSION_HEADER, **etag_header(record), **more_headers}
            return json_response(wrap_envelope(shown, asked), headers=headers)

        return Answer(render, lambda record: shown_groups([record], asked))

    async def client_response(self, request: Request, record: Client, asked: InputTree) -> Response:
        return await render_result(request, self.client_answer(request, asked), record)

    def list_answer(
        self, request: Request, at: Window, asked: InputTree
    ) -> Answer[tuple[Client, ...]]:
        """Return how many clients are answered: with one page of them."""
        caller = self.caller(request)

        def render(records: Sequence[Client], groups: Mapping[int, Group]) -> Response:
            page = bulk_actions.slice_page(records, at)
            shown = self.shown_clients(caller, page.records, asked, groups)
            return self.page_response(request, shown, page.total, at, asked)

        return Answer(render, lambda records: shown_groups(records, asked))

    def page_response(
        self, request: Request, shown: Sequence[Any], total: int, at: Window, asked: InputTree
    ) -> Response:
        """Return the answer with one page of any records, with links to the pages next to it."""
        url = self.caller(request).url + request.url.path
        pairs = request.query_params.multi_items()
        links = pagination.page_links(url, pairs, total, at) or self.version.no_links
        meta = wire.Meta(pagination.pagination(total, len(shown), at, links))
        return json_response(wrap_envelope(list(shown), asked, meta), headers=API_VERSION_HEADER)

    def shown_clients(
        self,
        caller: Caller,
        records: Sequence[Client],
        asked: InputTree,
        groups: Mapping[int, Group],
    ) -> list[wire.Client]:
        """Return the wire shapes of clients, with their groups if `include` names them."""
        given = list_query.params(asked)
        shown = [self.translations.client(record, caller) for record in records]
        client_translate.add_empty_relations(shown, list_query.included_relations(given))
        if list_query.wants_groups(given):
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
