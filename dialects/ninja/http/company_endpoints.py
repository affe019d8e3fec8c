"""Endpoints of the account as a company, of lists that nobody can change, and of the server."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.http.authentication import access_of, account_of
from dialects.base.http.bodies import json_response
from dialects.base.http.store_calls import run_read
from storage import NotFound

from ..clients import list_query
from ..clients.search_results import SEARCH_QUERY, search_results
from ..company import translate
from ..protocol import pagination
from ..protocol.envelope import wrap_envelope
from ..reference.statics import health, ping, statics
from .client_endpoints import Clients, serial_of
from .multipart import Form
from .response_headers import API_VERSION_HEADER

STATICS_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
"""The original names the charset here and nowhere else."""


class Company:
    """Endpoints that change nothing. They share the page links of the clients' endpoints."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.store = clients.store

    # Of the server

    async def ping(self, request: Request) -> Response:
        return json_response(ping(account_of(request)))

    async def statics(self, _request: Request) -> Response:
        return json_response(statics(), headers=STATICS_HEADERS)

    async def health(self, _request: Request) -> Response:
        return json_response(health(self.clients.version.number))

    # Of the account

    async def index(self, request: Request, form: Form) -> Response:
        return self.rows_response(request, [translate.company(self.clients.caller(request))], form)

    async def show(self, request: Request, form: Form) -> Response:
        if serial_of(request, self.clients.caller(request), "company") != account_of(request).id:
            raise NotFound("company")
        return await self.current(request, form)

    async def current(self, request: Request, form: Form) -> Response:
        shown = translate.company(self.clients.caller(request))
        return json_response(wrap_envelope(shown, form.tree), headers=API_VERSION_HEADER)

    async def users(self, request: Request, form: Form) -> Response:
        return self.rows_response(request, [translate.user(self.clients.caller(request))], form)

    async def tokens(self, request: Request, form: Form) -> Response:
        record = await run_read(self.store.get_token, access_of(request).token_id)
        shown = translate.token(record, self.clients.caller(request))
        return self.rows_response(request, [shown], form)

    async def search(self, request: Request) -> Response:
        caller = self.clients.caller(request)
        page = await run_read(self.store.list_clients, caller.account.id, SEARCH_QUERY)
        return json_response(search_results(page.records, caller.id_codec))

    # Of what nobody can change

    async def payment_terms(self, request: Request, form: Form) -> Response:
        rows = translate.payment_terms(self.clients.caller(request))
        return self.rows_response(request, rows, form)

    async def task_statuses(self, request: Request, form: Form) -> Response:
        rows = translate.task_statuses(self.clients.caller(request))
        return self.rows_response(request, rows, form)

    async def empty(self, request: Request, form: Form) -> Response:
        return self.rows_response(request, [], form)

    def rows_response(self, request: Request, rows: Sequence[Any], form: Form) -> Response:
        """Return the answer with the page of the rows that the request asks for."""
        at = pagination.read_window(list_query.params(form.tree))
        start = (at.page - 1) * at.per_page
        shown = rows[start : start + at.per_page]
        return self.clients.page_response(request, shown, len(rows), at, form.tree)
