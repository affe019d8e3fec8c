"""A database in which links, runs and mirrors name services by their URLs keeps all of them."""

from collections.abc import Callable
from contextlib import closing

import pytest

from storage.model.accounts import Account, Service, short_tag
from storage.model.commands import CreateAccount, CreateClient
from storage.model.records import Origin
from storage.model.runs import MirroredService, StartRun
from storage.store import Store
from tests.storage.migrations.test_upgrade import executed

NINJA, MOVED = "ninja https://N.example:443/", "ninja https://new.example"
MIRRORED = '[{"dialect":"planado","url":"https://api.planadoapp.com"}]'
ORIGINS = (
    Origin(source=NINJA, foreign_id="1"),
    Origin(source=MOVED, foreign_id="2"),
    Origin(source="ninja file", foreign_id="3"),
)
Upgraded = Callable[[], tuple[Store, Account]]


@pytest.fixture
def upgraded(empty: str) -> Upgraded:
    """Write what revision 0024 could write, and open the database with today's code."""

    def opened() -> tuple[Store, Account]:
        with closing(Store.open(empty)) as store:
            account = store.create_account(CreateAccount(name="acme"))
            store.create_client(account.id, CreateClient(origins=ORIGINS))
            for verb, source in (("import", "ninja file"), ("pull", MOVED)):
                store.start_run(account.id, StartRun(verb=verb, dialect="ninja", source=source))
            store.create_mirror(account.id, ())
        executed(empty, f"UPDATE mirror SET services = '{MIRRORED}'")  # noqa: S608
        for table in ("service", "idempotency_key"):
            executed(empty, f"DROP TABLE {table}")
        executed(empty, "UPDATE alembic_version SET version_num = '0024'")
        return Store.open(empty), account

    return opened


def test_each_url_that_was_named_is_a_service_now(upgraded: Upgraded) -> None:
    store, account = upgraded()

    with closing(store):
        services = {service.source: service for service in store.list_services(account.id)}
    assert set(services) == {NINJA, MOVED, "planado https://api.planadoapp.com"}
    assert services[NINJA] == Service(
        source=NINJA,
        dialect="ninja",
        name="ninja",
        url="https://n.example",
        tag=short_tag("n.example"),
        version="",
        created_at=services[NINJA].created_at,
    )
    assert services[MOVED].name == "ninja-2"


def test_links_and_mirrors_lead_to_the_services(upgraded: Upgraded) -> None:
    store, account = upgraded()

    with closing(store):
        assert [link.serial for link in store.scan_links(account.id, NINJA)] == [1]
        assert store.get_mirror(account.id).services == (
            MirroredService(dialect="planado", source="planado https://api.planadoapp.com"),
        )
