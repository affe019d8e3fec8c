"""Which path and method is answered by which endpoint."""

from starlette.types import ASGIApp

from dialects.base import Guarded, assemble, reads, route
from storage import Store

from .auth import auth
from .clients import Clients
from .company import Company
from .documents import Documents
from .errors import render
from .groups import Groups
from .headers import with_headers
from .options import Options
from .overriding import standing


def app(store: Store, options: Options) -> ASGIApp:
    clients, company = Clients(store, options), Company()
    routes = [
        route("/clients", GET=clients.index, POST=standing(clients.create)),
        route("/clients/create", GET=clients.blank),
        route("/clients/bulk", POST=clients.bulk),
        route(
            "/clients/{id}",
            GET=clients.show,
            PUT=clients.update,
            PATCH=clients.update,
            DELETE=clients.delete,
            POST=standing(clients.override),
        ),
        route("/clients/{id}/edit", GET=clients.show),
        route("/clients/{id}/purge", POST=clients.purge),
        route("/clients/{id}/{other}/merge", POST=clients.merge),
        *of_documents(Documents(clients)),
        *of_groups(Groups(clients)),
        route("/ping", GET=company.ping),
        route("/statics", GET=company.statics),
        route("/health_check", GET=company.health),
    ]
    secured = auth(store, render, options)
    return with_headers(assemble(routes=routes, auth=secured, render=render))


def of_groups(groups: Groups) -> list[Guarded]:
    return [
        route("/group_settings", GET=groups.index, POST=standing(groups.create)),
        route("/group_settings/create", GET=groups.blank),
        route("/group_settings/bulk", POST=groups.bulk),
        route(
            "/group_settings/{id}",
            GET=groups.show,
            PUT=groups.update,
            PATCH=groups.update,
            DELETE=groups.delete,
            POST=standing(groups.override),
        ),
    ]


def of_documents(documents: Documents) -> list[Guarded]:
    return [
        route("/clients/{id}/upload", PUT=documents.upload, POST=documents.upload),
        route("/clients/{id}/documents", POST=reads(documents.owned)),
        route("/documents", GET=documents.index),
        route(
            "/documents/{id}",
            GET=documents.show,
            PUT=documents.update,
            PATCH=documents.update,
            DELETE=documents.delete,
            POST=standing(documents.override),
        ),
        route("/documents/{id}/download", GET=documents.download),
    ]


def credentials(token: str, options: Options) -> dict[str, str]:
    secret = {"X-API-SECRET": options.api_secret} if options.api_secret else {}
    return {"X-API-TOKEN": token, **secret}
