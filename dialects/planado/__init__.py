"""The Planado API v2: clients are organizations or individuals, with UUIDs and external ids."""

from dialects.base.dialect import Dialect

from .http.options import Options
from .http.routes import app, credentials
from .migration.object_codec import CODEC
from .migration.remote_api import REMOTE

DIALECT = Dialect(
    name="planado",
    prefixes=("/v2", "/api/v2"),
    options=Options,
    app=app,
    credentials=credentials,
    codec=CODEC,
    remote=REMOTE,
)
