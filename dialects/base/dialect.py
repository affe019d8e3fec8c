from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from starlette.types import ASGIApp

from dialects.base.migration.object_codec import ObjectCodec
from dialects.base.migration.remote_api import RemoteApi
from storage import Store


class Dialect(Struct, frozen=True):
    """All that the gateway knows about a dialect.

    `prefixes` are where it is mounted, the first one being the one to recommend. `options` is the
    shape of its settings, every field with a default; `app` builds its application from them, and
    `credentials` are the headers by which a caller presents a token under them. `dump` and
    `remote` are how its clients travel without our server.
    """

    name: str
    prefixes: tuple[str, ...]
    options: type[Struct]
    app: Callable[[Store, Any], ASGIApp]
    credentials: Callable[[str, Any], Mapping[str, str]]
    codec: ObjectCodec
    remote: RemoteApi
