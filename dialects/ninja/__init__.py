"""The Invoice Ninja API v5: clients under hashids, in envelopes. A body is JSON or a form."""

from dialects.base.dialect import Dialect

from .http.options import Options
from .http.routes import app, credentials
from .migration.object_codec import CODEC
from .migration.remote_api import REMOTE
from .reference.value_names import in_words

DIALECT = Dialect(
    name="ninja",
    prefixes=("/api/v1", "/v1/api"),
    options=Options,
    app=app,
    credentials=credentials,
    codec=CODEC,
    remote=REMOTE,
    in_words=in_words,
)
