"""The Planado API v2: clients as organizations and individuals, under UUIDs and external ids."""

from dialects.base import Dialect

from .dump import DUMP
from .remote import REMOTE
from .routes import Options, app, credentials

DIALECT = Dialect(
    name="planado",
    prefixes=("/v2", "/api/v2"),
    options=Options,
    app=app,
    credentials=credentials,
    dump=DUMP,
    remote=REMOTE,
)
