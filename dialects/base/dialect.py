"""The interface of a dialect: all that the gateway knows about it."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from starlette.types import ASGIApp

from dialects.base.migration.object_codec import ObjectCodec
from dialects.base.migration.remote_api import RemoteApi
from storage import Store


def as_they_are(field: str, value: str) -> tuple[str, str]:
    return field, value


class Dialect(Struct, frozen=True):
    """One API: where it is mounted, how it is served, and how its objects travel.

    `prefixes` are the paths where it is mounted, the recommended one first. `options` is the shape
    of its settings, each with a default. `app` builds its application from them; `credentials`
    returns the headers by which a caller presents a token. `codec` reads and writes its objects
    outside our server, `remote` builds the requests to a server of the API. `in_words` says a field
    of a client and its value as a person would, for example by the names of its tables.
    """

    name: str
    prefixes: tuple[str, ...]
    options: type[Struct]
    app: Callable[[Store, Any], ASGIApp]
    credentials: Callable[[str, Any], Mapping[str, str]]
    codec: ObjectCodec
    remote: RemoteApi
    in_words: Callable[[str, str], tuple[str, str]] = as_they_are
