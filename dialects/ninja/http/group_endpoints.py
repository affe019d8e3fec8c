"""Endpoints of groups. Each decodes, calls the store and encodes, and does nothing else."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import json_response
from dialects.base.http.conditional_requests import refuse_conditions
from dialects.base.http.idempotency import Answer, answer_write
from dialects.base.http.store_calls import run_read
from dialects.base.protocol.ignored_fields import ignored_headers
from storage import Group, NotFound, Page, State

from ..clients import bulk_actions, ignored_fields, list_query
from ..groups import translate
from ..protocol import pagination
from ..protocol.envelope import wrap_envelope
from ..protocol.id_codec import IdCodec, id_codec
from ..protocol.input_tree import InputTree
from ..protocol.pagination import Window
from .client_endpoints import Clients, serial_of
from .multipart import Form
from .response_headers import API_VERSION_HEADER


class Groups:
    """Endpoints of groups. They share the page links of the clients' endpoints."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.store = clients.store

    async def index(self, request: Request, form: Form) -> Response:
        asked = form.tree
        at = pagination.read_window(list_query.params(asked))
        query = translate.group_query(asked, at)
        page = await run_read(self.store.list_groups, account_of(request).id, query)
        return self.list_response(request, page, at, asked)

    async def create(self, request: Request, form: Form) -> Response:
        refuse_conditions(request)
        command = translate.create_group(form.tree)
        answer, account_id = self.written_answer(request, form.tree), account_of(request).id
        return await answer_write(request, answer, self.store.create_group, account_id, command)

    async def blank(self, request: Request, form: Form) -> Response:
        shown = translate.blank_group(self.id_codec(request))
        return json_response(wrap_envelope(shown, form.tree), headers=API_VERSION_HEADER)

    async def show(self, request: Request, form: Form) -> Response:
        return self.group_response(request, await self.get_group(request), form.tree)

    async def update(self, request: Request, form: Form) -> Response:
        # First of all: a missing group is answered by 404, whatever the input is.
        before = await self.get_group(request)
        refuse_conditions(request)
        command = translate.change_group(form.tree, before)
        answer, account_id = self.written_answer(request, form.tree), account_of(request).id
        write = self.store.change_group
        return await answer_write(request, answer, write, account_id, before.serial, command)

    async def delete(self, request: Request, form: Form) -> Response:
        """Archive a group, as the original does. Only a bulk action deletes one."""
        refuse_conditions(request)
        account_id, serials = account_of(request).id, [self.group_serial(request)]
        answer = Answer[tuple[Group, ...]](
            lambda records, _groups: self.group_response(request, records[0], form.tree)
        )
        write, state = self.store.set_group_states, State.ARCHIVED
        return await answer_write(request, answer, write, account_id, serials, state)

    async def bulk(self, request: Request, form: Form) -> Response:
        refuse_conditions(request)
        tree, account_id = form.tree, account_of(request).id
        serials, state = bulk_actions.read_state_action(tree, self.id_codec(request))
        groups = await run_read(self.store.groups_by_serial, account_id, serials)
        bulk_actions.refuse_missing(serials, len(groups))
        size = pagination.bulk_page_size(serials)
        at = pagination.read_window(list_query.params(tree), default=size)
        answer = Answer[tuple[Group, ...]](
            lambda records, _groups: self.list_response(
                request, bulk_actions.slice_page(records, at), at, tree
            )
        )
        write = self.store.set_group_states
        return await answer_write(request, answer, write, account_id, serials, state)

    async def get_group(self, request: Request) -> Group:
        serial = self.group_serial(request)
        groups = await run_read(self.store.groups_by_serial, account_of(request).id, [serial])
        if serial not in groups:
            raise NotFound("group")
        return groups[serial]

    def written_answer(self, request: Request, asked: InputTree) -> Answer[Group]:
        """Return how a group is answered that was created or changed."""
        headers = ignored_headers(ignored_fields.of_group(asked))

        def render(record: Group, _groups: Mapping[int, Group]) -> Response:
            response = self.group_response(request, record, asked)
            response.headers.update(headers)
            return response

        return Answer(render)

    def group_response(self, request: Request, record: Group, asked: InputTree) -> Response:
        shown = translate.group(record, self.id_codec(request))
        return json_response(wrap_envelope(shown, asked), headers=API_VERSION_HEADER)

    def list_response(
        self, request: Request, page: Page[Group], at: Window, asked: InputTree
    ) -> Response:
        shown = [translate.group(record, self.id_codec(request)) for record in page.records]
        return self.clients.page_response(request, shown, page.total, at, asked)

    def id_codec(self, request: Request) -> IdCodec:
        return id_codec(account_of(request).hash_salt)

    def group_serial(self, request: Request) -> int:
        return serial_of(request, self.clients.caller(request), "group")
