"""Fixture: the two accounts, with two salts and with one, on each engine."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.campaigns.scale import rounds
from tests.conftest import CLOCK
from tests.support.databases import Databases
from tests.tenants.tenants import Tenants, tenants_at

SALTS = rounds([("salt", "pepper")], [("salt", "pepper"), ("", "")])


@pytest.fixture(scope="session", params=SALTS, ids="".join)
def tenants(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Tenants]:
    with databases.database() as url, tenants_at(url, *request.param) as tenants:
        yield tenants


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """Stop the clock: only ids are to differ."""
    CLOCK.stop(datetime(2016, 5, 29, 17, 31, 1, tzinfo=UTC))
    yield
    CLOCK.stop(None)
