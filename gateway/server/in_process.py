"""One request answered without a server and without a token, for whoever holds the database."""

import os

import httpx

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS, create_app
from gateway.settings import Settings
from storage import Access, Account, BlobStore, Invalid, Problem, Store


class AnyTokenStore(Store):
    """A store in which any credential opens one account, for reading. Never to be served."""

    account_inside: Account

    def find_access(self, dialect: str, token: str) -> Access | None:
        return Access(token_id=0, account=self.account_inside, is_read_only=True)

    def snapshot_reader(self) -> None:
        """It would ask for the token."""


async def answer(database: str, account: Account, path: str) -> tuple[int, bytes]:
    """Status and body of a GET. Raises Invalid for a path that is no dialect's."""
    settings = Settings.of(database, os.environ)
    dialect = dialect_of(path)
    credentials = dialect.credentials("inside", settings.options(dialect))
    store = AnyTokenStore.open(database, blobs=BlobStore.at(settings.blobs))
    store.account_inside = account
    transport = httpx.ASGITransport(app=create_app(store, settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.get(path, headers=dict(credentials))
    store.close()
    return response.status_code, response.content


def dialect_of(path: str) -> Dialect:
    for dialect in DIALECTS:
        if path.startswith(tuple(f"{prefix}/" for prefix in dialect.prefixes)):
            return dialect
    prefixes = " or ".join(dialect.prefixes[0] for dialect in DIALECTS)
    raise Invalid(Problem(("PATH",), f"must start with {prefixes}"))
