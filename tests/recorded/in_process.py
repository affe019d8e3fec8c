"""A new gateway in this process for a replay, with the account of the recordings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.app import create_app
from gateway.settings import Settings
from storage.documents.blob_store import BlobStore
from storage.model.commands import CreateAccount, CreateToken
from storage.model.generators import Generators
from storage.store import Store
from tests.support.asgi_client import AsgiClient
from tests.support.cheap_passwords import cheap_passwords

from .replay import Credentials, Replay

PASSWORD = "the owner's password"
START = datetime(2026, 11, 30, 16, tzinfo=UTC)


class SteppingClock:
    """A clock that goes on a little with every look, and by the pauses of the recording."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds, milliseconds=10)


@contextmanager
def new_gateway(folder: Path, url: str = "") -> Iterator[Replay]:
    """A replay over an empty account: in USD, in the United States, with a password."""
    clock = SteppingClock()
    store = Store.open(
        url or f"sqlite:///{folder / 'gateway.db'}",
        Generators(clock=clock),
        BlobStore.at(str(folder / "blobs")),
    )
    caller = AsgiClient(create_app(store, Settings()), "http://ninja.example")
    try:
        with cheap_passwords():
            store.create_account(CreateAccount(name="recorded"))
            store.set_password("recorded", PASSWORD)
            _, token = store.create_token(CreateToken(account="recorded", dialect="ninja"))
            yield Replay(caller, Credentials(str(token), PASSWORD), clock.pause)
    finally:
        caller.close()
        store.close()
