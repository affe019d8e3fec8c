"""A third dialect, made for the tests: an address book of cards.

Its four modules are all that a new dialect needs: shapes and translation, HTTP, objects in files,
and the requests to a server. Nothing outside this folder knows it, but for its entry in DIALECTS.
"""

from dialects.base.dialect import Dialect

from .http import Options, app, credentials
from .object_codec import CODEC
from .remote_api import REMOTE

DIALECT = Dialect(
    name="cards",
    prefixes=("/cards/v1",),
    options=Options,
    app=app,
    credentials=credentials,
    codec=CODEC,
    remote=REMOTE,
)
