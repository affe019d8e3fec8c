"""The store through a PgBouncer in transaction mode.

A transaction may run on any connection, and there are more callers than connections. `make
pgbouncer` runs the whole HTTP part of the suite in this way.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from scripts.debian import Bouncer, Missing, bouncer_program, scratch
from storage.model.commands import CreateAccount, CreateClient
from storage.store import Store
from tests.support.databases import Cluster

CALLERS, CALLS = 8, 10


@pytest.fixture
def through(cluster: Cluster) -> Iterator[str]:
    """The URL of a database behind PgBouncer."""
    try:
        bouncer_program()
    except Missing as missing:
        pytest.skip(str(missing))
    with cluster.database() as database:
        behind = make_url(database)
        with scratch("pgbouncer", owner_of_socket(behind)) as folder:
            bouncer = Bouncer(folder, behind)
            bouncer.start()
            yield bouncer.url.render_as_string(hide_password=False)
            bouncer.end()


def owner_of_socket(url: URL) -> str:
    host = url.query.get("host")
    return Path(str(host)).owner() if host else "postgres"


def test_many_callers_share_few_connections(through: str) -> None:
    store = Store.open(through)
    account = store.create_account(CreateAccount(name="acme"))

    def call(n: int) -> list[int]:
        made = [store.create_client(account.id, CreateClient()) for _ in range(CALLS)]
        return [client.serial for client in made]

    with ThreadPoolExecutor(CALLERS) as pool:
        serials = sorted(serial for made in pool.map(call, range(CALLERS)) for serial in made)
    store.close()

    assert serials == list(range(1, CALLERS * CALLS + 1))
