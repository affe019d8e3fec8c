"""Which path and method is answered by which endpoint."""

from functools import partial
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from dialects.base.http.application import assemble
from dialects.base.http.cached_reads import CachedReads
from dialects.base.http.routing import GuardedRoute, ReadOnly, route as bare
from storage import Store

from .auth import auth
from .cached_reads import CachedReadMatcher
from .client_endpoints import Clients
from .company_endpoints import Company
from .document_endpoints import Documents
from .errors import render
from .group_endpoints import Groups
from .method_override import Answer, post_means, route, with_input
from .multipart import Form, read_text_form
from .options import Options
from .response_headers import with_headers


def app(store: Store, options: Options) -> ASGIApp:
    clients, company = Clients(store, options), Company()
    routes = [
        route(
            "/clients",
            has_files=True,
            GET=clients.index,
            POST=post_means(GET=clients.index, POST=clients.create),
        ),
        route("/clients/create", GET=clients.blank),
        route("/clients/bulk", POST=clients.bulk),
        of_one("/clients/{id}", clients, has_files=True),
        route("/clients/{id}/edit", GET=clients.show),
        route("/clients/{id}/purge", POST=clients.purge),
        route("/clients/{id}/{other}/merge", POST=clients.merge),
        *of_documents(Documents(clients)),
        *of_groups(Groups(clients)),
        bare("/ping", GET=company.ping),
        bare("/statics", GET=company.statics),
        bare("/health_check", GET=company.health),
    ]
    secured = auth(store, render, options)
    short = partial(CachedReads, store=store, read=CachedReadMatcher(options))
    return with_headers(assemble(routes=routes, auth=secured, short=short, render=render))


def of_groups(groups: Groups) -> list[GuardedRoute]:
    return [
        route(
            "/group_settings",
            GET=groups.index,
            POST=post_means(GET=groups.index, POST=groups.create),
        ),
        route("/group_settings/create", GET=groups.blank),
        route("/group_settings/bulk", POST=groups.bulk),
        of_one("/group_settings/{id}", groups),
    ]


def of_documents(documents: Documents) -> list[GuardedRoute]:
    return [
        bare("/clients/{id}/upload", PUT=documents.upload, POST=documents.upload),
        bare(
            "/clients/{id}/documents",
            POST=ReadOnly(with_input(documents.find_document, read_text_form)),
        ),
        route("/documents", GET=documents.index),
        of_one("/documents/{id}", documents),
        route("/documents/{id}/download", GET=documents.download),
    ]


class Records(Protocol):
    """The endpoints of one kind of records."""

    async def show(self, request: Request, form: Form) -> Response: ...
    async def update(self, request: Request, form: Form) -> Response: ...
    async def delete(self, request: Request, form: Form) -> Response: ...


def of_one(path: str, records: Records, *, has_files: bool = False) -> GuardedRoute:
    """One record: a POST stands for any of the other methods."""
    own: dict[str, Answer] = {
        "GET": records.show,
        "PUT": records.update,
        "PATCH": records.update,
        "DELETE": records.delete,
    }
    return route(path, has_files=has_files, **own, POST=post_means(**own))


def credentials(token: str, options: Options) -> dict[str, str]:
    secret = {"X-API-SECRET": options.api_secret} if options.api_secret else {}
    return {"X-API-TOKEN": token, **secret}
