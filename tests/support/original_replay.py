"""A replay of recorded requests over an empty account of the original, of any age."""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.app import create_app
from gateway.settings import Settings
from storage.documents.blob_store import BlobStore
from storage.model.commands import CreateAccount, CreateToken
from storage.model.generators import Generators
from storage.store import Store
from tests.recorded.in_process import SteppingClock
from tests.recorded.replay import Credentials, Replay
from tests.support.asgi_client import AsgiClient
from tests.support.original_ages import PLAYED, age_of
from tests.support.original_ninja import OriginalNinja


@contextmanager
def new_original(url: str, version: str = PLAYED) -> Iterator[Replay]:
    """A replay over an empty account of the original."""
    clock = SteppingClock()
    store = Store.open(url, Generators(clock=clock), BlobStore.at("memory://"))
    store.create_account(CreateAccount(name="recorded"))
    _, token = store.create_token(CreateToken(account="recorded", dialect="ninja"))
    settings = Settings(environment={"GATEWAY_NINJA_VERSION": version})
    app = OriginalNinja(create_app(store, settings), store, clock, age_of(version))
    with AsgiClient(app, "http://ninja.example") as caller:
        yield Replay(caller, Credentials(str(token), "a password"), clock.pause)
    store.close()
