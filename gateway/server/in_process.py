"""One request, answered in this process: without a server and without a token.

Who can open the database can read it anyway.
"""

import os

import httpx

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS, create_app
from gateway.settings import Settings
from storage import Access, Account, BlobStore, Invalid, Problem, Store


class AnyTokenStore(Store):
    """A store in which any credential opens one account, read-only. Never serve it."""

    only_account: Account

    def find_access(self, dialect: str, token: str) -> Access | None:
        return Access(token_id=0, dialect=dialect, account=self.only_account, is_read_only=True)

    def snapshot_reader(self) -> None:
        """Return no reader: it would look for the token."""


async def answer(database: str, account: Account, path: str) -> tuple[int, bytes]:
    """Answer a GET with its status and body. Raise Invalid for a path of no dialect."""
    settings = Settings.of(database, os.environ)
    dialect = dialect_of(path)
    credentials = dialect.credentials("any", settings.options(dialect))
    store = AnyTokenStore.open(database, blobs=BlobStore.at(settings.blobs))
    store.only_account = account
    transport = httpx.ASGITransport(app=create_app(store, settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.get(path, headers=dict(credentials))
    store.close()
    return response.status_code, response.content


def dialect_of(path: str) -> Dialect:
    """Return the dialect that serves a path. Raise Invalid for a path of none."""
    for dialect in DIALECTS:
        if path.startswith(tuple(f"{prefix}/" for prefix in dialect.prefixes)):
            return dialect
    prefixes = " or ".join(dialect.prefixes[0] for dialect in DIALECTS)
    raise Invalid(Problem(("PATH",), f"must start with {prefixes}"))
