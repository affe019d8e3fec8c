"""Endpoints of documents, the files of clients. Each decodes, calls the store and encodes."""

from urllib.parse import quote

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dialects.base.http.authentication import account_of
from dialects.base.http.bodies import json_response
from dialects.base.http.conditional_requests import precondition, refuse_conditions
from dialects.base.http.idempotency import Answer, answer_write, write_once
from dialects.base.http.store_calls import run_file_io, run_read
from dialects.base.protocol.failures import WrongMethod
from dialects.base.protocol.ignored_fields import ignored_headers
from storage import Client, Document, DocumentQuery, Invalid, Precondition, Problem, State

from ..clients import bulk_actions, ignored_fields, list_query
from ..clients.translate import Caller
from ..documents import translate as document_translate
from ..documents.file_types import MIME_TYPES
from ..protocol import pagination
from ..protocol.envelope import wrap_envelope
from ..protocol.input_tree import InputTree
from ..protocol.pagination import Window
from ..protocol.scalars import read_flag
from .client_endpoints import SUCCESS, Clients, serial_of
from .method_override import named_method
from .multipart import Form, read_form
from .password_confirmation import confirm_password
from .response_headers import API_VERSION_HEADER
from .stored_uploads import stored_uploads

SANDBOX_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""Headers of a download: a browser must not run a file, whatever its type turns out to be."""


class Documents:
    """Endpoints of documents: of one client, and of all clients of an account."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.store = clients.store

    # Of one client

    async def upload(self, request: Request) -> Response:
        caller = self.clients.caller(request)
        # Checked before the body is read: no caller should send megabytes to a client that does
        # not exist or has changed.
        record, condition = await self.get_owner(request, caller), precondition(request)
        condition.check(record)
        async with read_form(request) as form:
            if request.method == "POST" and named_method(request, form.tree) not in {"POST", "PUT"}:
                raise WrongMethod("POST, PUT")
            if form.logo is not None:
                raise Invalid(Problem(form.logo.path, "The company_logo must not be a file."))
            if form.files:
                return await self.attach_files(request, record.serial, form, condition)
        return await self.clients.client_response(request, record, form.tree)

    async def attach_files(
        self, request: Request, serial: int, form: Form, condition: Precondition
    ) -> Response:
        account_id, answer = account_of(request).id, self.clients.client_answer(request, form.tree)
        async with stored_uploads(self.store, account_id, form) as drafts:
            given = serial, document_translate.attach_documents(drafts), condition
            write = self.store.change_client
            respond = await write_once(request, answer, write, account_id, *given)
        return await respond()

    async def client_documents(self, request: Request, form: Form) -> Response:
        caller, asked = self.clients.caller(request), form.tree
        owner = await self.get_owner(request, caller)
        at = pagination.read_window(list_query.params(asked))
        query = document_translate.document_query(asked, at, caller.id_codec)
        query = structs.replace(query, client_serials=(owner.serial,))
        return await self.list_response(request, query, at, asked)

    async def get_owner(self, request: Request, caller: Caller) -> Client:
        return await run_read(self.store.get_client, caller.account.id, serial_of(request, caller))

    # Of all clients

    async def index(self, request: Request, form: Form) -> Response:
        caller, asked = self.clients.caller(request), form.tree
        at = pagination.read_window(list_query.params(asked))
        query = document_translate.document_query(asked, at, caller.id_codec)
        return await self.list_response(request, query, at, asked)

    async def list_response(
        self, request: Request, query: DocumentQuery, at: Window, asked: InputTree
    ) -> Response:
        caller = self.clients.caller(request)
        page = await run_read(self.store.list_documents, caller.account.id, query)
        shown = [self.clients.translations.document(record, caller) for record in page.records]
        return self.clients.page_response(request, shown, page.total, at, asked)

    async def show(self, request: Request, form: Form) -> Response:
        caller = self.clients.caller(request)
        record = await run_read(
            self.store.get_document, caller.account.id, document_serial(request, caller)
        )
        return self.document_response(record, caller, form.tree)

    async def download(self, request: Request, form: Form) -> Response:
        caller = self.clients.caller(request)
        record = await run_read(
            self.store.get_document, caller.account.id, document_serial(request, caller)
        )
        kind = "inline" if read_flag(form.tree.get("inline")) is True else "attachment"
        headers = {
            **SANDBOX_HEADERS,
            "Content-Type": MIME_TYPES.get(record.type, "application/octet-stream"),
            "Content-Length": str(record.size),
            "Content-Disposition": f"{kind}; filename={quote(record.hash)}",
        }
        if request.method == "HEAD":
            return Response(headers=headers)
        chunks = await run_file_io(self.store.open_blob, caller.account.id, record)
        return StreamingResponse(chunks, headers=headers)

    async def update(self, request: Request, form: Form) -> Response:
        caller = self.clients.caller(request)
        account_id, serial = caller.account.id, document_serial(request, caller)
        change, condition = document_translate.change_document(form.tree), precondition(request)
        answer = Answer[Document](
            lambda record, _groups: self.document_response(record, caller, form.tree)
        )
        write, given = self.store.change_document, (serial, change, condition)
        return await answer_write(request, answer, write, account_id, *given)

    async def delete(self, request: Request, _form: Form) -> Response:
        await confirm_password(self.store, request)
        caller = self.clients.caller(request)
        serial = document_serial(request, caller)
        write, given = self.store.remove_document, (serial, precondition(request))
        return await answer_write(request, SUCCESS, write, caller.account.id, *given)

    async def bulk(self, request: Request, form: Form) -> Response:
        """Delete documents. Documents are neither archived nor restored: they are only shown."""
        refuse_conditions(request)
        caller, asked = self.clients.caller(request), form.tree
        serials, state = bulk_actions.read_state_action(asked, caller.id_codec)
        size = pagination.bulk_page_size(serials)
        at = pagination.read_window(list_query.params(asked), default=size)
        query = document_translate.document_query(asked, at, caller.id_codec)
        if state is State.DELETED:
            # None of them is left.
            answer = Answer[None](
                lambda _result, _groups: self.clients.page_response(request, [], 0, at, asked)
            )
            write = self.store.remove_documents
            return await answer_write(request, answer, write, caller.account.id, serials)
        return await self.list_response(request, structs.replace(query, serials=serials), at, asked)

    def document_response(self, record: Document, caller: Caller, asked: InputTree) -> Response:
        shown = self.clients.translations.document(record, caller)
        headers = {**API_VERSION_HEADER, **ignored_headers(ignored_fields.of_document(asked))}
        return json_response(wrap_envelope(shown, asked), headers=headers)


def document_serial(request: Request, caller: Caller) -> int:
    return serial_of(request, caller, "document")
