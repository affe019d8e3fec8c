"""Fixtures for the real store and the real app around it.

All tests of a process and an engine share one store. Each test gets its own account with one token
per dialect. Accounts are isolated from each other, so each test sees an empty gateway.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings

from gateway.app import create_app
from gateway.settings import Settings
from storage.documents.blob_store import BlobStore
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateToken
from storage.model.generators import Generators
from storage.store import Store
from tests.support.api_callers import Ninja, Planado
from tests.support.asgi_client import AsgiClient
from tests.support.cheap_passwords import cheap_passwords
from tests.support.clock import Clock
from tests.support.databases import ENGINES, Cluster, Databases, cluster_at, files_in
from tests.support.s3_bucket import bucket_on_loopback
from tests.support.secret_watch import no_secret_is_logged

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
settings.register_profile("suite", max_examples=50, deadline=None, suppress_health_check=SLOW)
settings.register_profile("campaign", max_examples=5000, deadline=None, suppress_health_check=SLOW)
settings.register_profile(
    "mutants", max_examples=50, deadline=None, suppress_health_check=SLOW, phases=[Phase.generate]
)
# Few examples of a law in the suite, thousands in `make laws`.
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

NUMBERS = count(1)
CLOCK = Clock()


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    with cheap_passwords():
        yield


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> Iterator[None]:
    """No test of the suite makes the gateway log a token or the hash of a password."""
    with no_secret_is_logged():
        yield


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """The URL of an S3 bucket."""
    with bucket_on_loopback() as url:
        yield url


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One PostgreSQL server for all processes of a test run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with cluster_at(folder) as cluster:
        yield cluster


@pytest.fixture(scope="session", params=ENGINES)
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """The databases of each engine in turn."""
    if request.param == "sqlite":
        with files_in(tmp_path_factory.mktemp("sqlite")) as files:
            yield files
    else:
        yield request.getfixturevalue("cluster")


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """The URL of the test's own database, for a single store."""
    with databases.database() as url:
        yield url


@pytest.fixture
def empty(databases: Databases) -> Iterator[str]:
    """The URL of the test's own database without the schema, for several stores at once."""
    with databases.empty() as url:
        yield url


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The clock of all stores in this process, stopped at a whole second."""
    CLOCK.stop(datetime(2016, 5, 29, 17, 31, 1, tzinfo=UTC))
    yield CLOCK
    CLOCK.stop(None)


@pytest.fixture(scope="session")
def store(databases: Databases) -> Iterator[Store]:
    with databases.database() as url:
        store = Store.open(url, Generators(clock=CLOCK), BlobStore.at("memory://"))
        yield store
        store.close()


@pytest.fixture(scope="session")
def http(store: Store) -> Iterator[AsgiClient]:
    app = create_app(store, Settings())
    with AsgiClient(app) as http:
        yield http


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name=f"acme {next(NUMBERS)}"))


@pytest.fixture
def ninja(http: AsgiClient, store: Store, account: Account) -> Ninja:
    _, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))
    return Ninja(http, str(token))


@pytest.fixture
def planado(http: AsgiClient, store: Store, account: Account) -> Planado:
    _, token = store.create_token(CreateToken(account=account.name, dialect="planado"))
    return Planado(http, str(token))
