"""The Invoice Ninja API v5: clients under hashids, in envelopes, with forms as good as JSON."""

from dialects.base import Dialect

from .dump import DUMP
from .options import Options
from .remote import REMOTE
from .routes import app, credentials

DIALECT = Dialect(
    name="ninja",
    prefixes=("/api/v1", "/v1/api"),
    options=Options,
    app=app,
    credentials=credentials,
    dump=DUMP,
    remote=REMOTE,
)
