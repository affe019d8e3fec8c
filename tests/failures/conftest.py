"""Fixture: a PostgreSQL server for the tests of a module, which may stop and start it."""

from collections.abc import Iterator

import pytest

from tests.failures.postgres_server import Server, own_server


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with own_server() as server:
        yield server
