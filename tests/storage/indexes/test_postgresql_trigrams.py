"""PostgreSQL's trigram index, on a server with pg_trgm (`make trigrams`)."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from storage.clients.filters import ClientFilter
from storage.clients.statements import select_count
from storage.indexes import trigram_search
from storage.model.commands import CreateAccount, CreateClient
from storage.model.queries import ClientQuery
from storage.store import Store
from tests.support.databases import Cluster

MANY = 3000
OFFERED = text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")


@pytest.fixture
def store(cluster: Cluster) -> Iterator[Store]:
    with cluster.database(is_empty=True) as url:
        store = Store.at(url)
        has_trigrams = store._read(lambda c: c.execute(OFFERED).scalar_one())
        if not has_trigrams and not os.environ.get("GATEWAY_TEST_TRIGRAMS"):
            store.close()
            pytest.skip("this PostgreSQL has no pg_trgm")
        yield store
        store.close()


def test_an_upgrade_makes_the_index(store: Store) -> None:
    store.upgrade()

    assert store.status().has_search_index


def test_a_server_that_gets_the_extension_later_gets_the_index_with_the_next_upgrade(
    store: Store,
) -> None:
    store.upgrade()
    store._write(lambda c: c.execute(text(f"DROP INDEX {trigram_search.INDEX_NAME}")))
    assert not store.status().has_search_index

    store.upgrade()

    assert store.status().has_search_index


@pytest.mark.parametrize("term", ["needle", "Häystack", "иголка", "50% off", "under_score"])
def test_a_rare_term_is_looked_up_and_found(store: Store, term: str) -> None:
    store.upgrade()
    account_id = store.create_account(CreateAccount(name="acme")).id
    straws = [CreateClient(organization_name=f"Straw {n}") for n in range(MANY)]
    store.create_clients(account_id, straws)
    made = store.create_client(account_id, CreateClient(organization_name=f"A {term} in it"))
    query = ClientQuery(text=term)

    plan = store._write(lambda connection: planned(connection, account_id, query))

    assert trigram_search.INDEX_NAME in plan
    assert store.list_clients(account_id, query).records == (made,)


def planned(connection: Connection, account_id: int, query: ClientQuery) -> str:
    """Return the query plan after a vacuum, with scans of all clients disabled."""
    connection.execute(text(f"SELECT gin_clean_pending_list('{trigram_search.INDEX_NAME}')"))
    connection.execute(text("ANALYZE client"))
    for way in ("enable_seqscan", "enable_indexscan"):
        connection.execute(text(f"SET LOCAL {way} = off"))
    statement = select_count(ClientFilter(account_id, query)).compile(
        connection, compile_kwargs={"render_postcompile": True}
    )
    rows = connection.exec_driver_sql(f"EXPLAIN {statement}", statement.params)
    return "\n".join(rows.scalars())
