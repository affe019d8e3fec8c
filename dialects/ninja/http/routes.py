"""Routes of this API: which endpoint answers which path and method."""

from functools import partial
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from dialects.base.http.application import assemble_app
from dialects.base.http.cached_reads import CachedReads
from dialects.base.http.routing import GuardedRoute, ReadOnly, guarded_route
from dialects.base.protocol.failures import NoRoute, Renderable, WrongMethod
from storage import Store

from ..protocol.failures import NotServed
from ..reference.unserved_routes import EMPTY_LISTS, is_unserved
from .auth import TOKEN_HEADERS, token_auth
from .cached_reads import CachedReadMatcher
from .client_endpoints import Clients
from .company_endpoints import Company
from .document_endpoints import Documents
from .errors import render
from .group_endpoints import Groups
from .method_override import InputEndpoint, input_route, overridable_post, with_input
from .multipart import Form, read_text_form
from .options import Options
from .public_logos import with_public_logos
from .response_headers import with_common_headers


def app(store: Store, options: Options) -> ASGIApp:
    """Return the application of this API over a store."""
    clients = Clients(store, options)
    routes = [
        input_route(
            "/clients",
            has_files=True,
            GET=clients.index,
            POST=overridable_post(GET=clients.index, POST=clients.create),
        ),
        input_route("/clients/create", GET=clients.blank),
        input_route("/clients/bulk", POST=clients.bulk),
        record_route("/clients/{id}", clients, has_files=True),
        input_route("/clients/{id}/edit", GET=clients.show),
        input_route("/clients/{id}/purge", POST=clients.purge),
        input_route("/clients/{id}/{other}/merge", POST=clients.merge),
        *document_routes(Documents(clients)),
        *group_routes(Groups(clients)),
        *company_routes(Company(clients)),
    ]
    api = assemble_app(
        routes=routes,
        auth=token_auth(store, render, options),
        cached_reads=partial(CachedReads, store=store, match=CachedReadMatcher(options)),
        credentials=TOKEN_HEADERS,
        render=render,
        refine=name_unserved,
    )
    return with_common_headers(with_public_logos(api, store), options.version)


def group_routes(groups: Groups) -> list[GuardedRoute]:
    return [
        input_route(
            "/group_settings",
            GET=groups.index,
            POST=overridable_post(GET=groups.index, POST=groups.create),
        ),
        input_route("/group_settings/create", GET=groups.blank),
        input_route("/group_settings/bulk", POST=groups.bulk),
        record_route("/group_settings/{id}", groups),
    ]


def document_routes(documents: Documents) -> list[GuardedRoute]:
    return [
        guarded_route("/clients/{id}/upload", PUT=documents.upload, POST=documents.upload),
        guarded_route(
            "/clients/{id}/documents",
            POST=ReadOnly(with_input(documents.client_documents, read_text_form)),
        ),
        input_route("/documents", GET=documents.index),
        input_route("/documents/bulk", POST=documents.bulk),
        record_route("/documents/{id}", documents),
        input_route("/documents/{id}/edit", GET=documents.show),
        input_route("/documents/{id}/download", GET=documents.download),
    ]


def company_routes(company: Company) -> list[GuardedRoute]:
    return [
        guarded_route("/ping", GET=company.ping),
        guarded_route("/statics", GET=company.statics),
        guarded_route("/health_check", GET=company.health),
        guarded_route("/search", POST=ReadOnly(company.search)),
        guarded_route(
            "/companies/current", POST=ReadOnly(with_input(company.current, read_text_form))
        ),
        input_route("/companies", GET=company.index),
        input_route("/companies/{id}", GET=company.show),
        input_route("/users", GET=company.users),
        input_route("/tokens", GET=company.tokens),
        input_route("/payment_terms", GET=company.payment_terms),
        input_route("/task_statuses", GET=company.task_statuses),
        *(input_route(f"/{name}", GET=company.empty) for name in EMPTY_LISTS),
    ]


def name_unserved(request: Request, failure: Renderable) -> Renderable:
    """Return NotServed for a request without a route here that the original serves."""
    path = request.scope["path"].removeprefix(request.scope["root_path"])
    if isinstance(failure, NoRoute | WrongMethod) and is_unserved(path):
        return NotServed(path)
    return failure


class RecordEndpoints(Protocol):
    """Endpoints that show, change and delete one record."""

    async def show(self, request: Request, form: Form) -> Response: ...
    async def update(self, request: Request, form: Form) -> Response: ...
    async def delete(self, request: Request, form: Form) -> Response: ...


def record_route(path: str, records: RecordEndpoints, *, has_files: bool = False) -> GuardedRoute:
    """Return the route of one record. A POST there may stand for any of the other methods."""
    endpoints: dict[str, InputEndpoint] = {
        "GET": records.show,
        "PUT": records.update,
        "PATCH": records.update,
        "DELETE": records.delete,
    }
    post = overridable_post(**endpoints)
    return input_route(path, has_files=has_files, **endpoints, POST=post)


def credentials(token: str, options: Options) -> dict[str, str]:
    """Return the headers by which a caller presents a token under these settings."""
    secret = {"X-API-SECRET": options.api_secret} if options.api_secret else {}
    return {"X-API-TOKEN": token, **secret}
