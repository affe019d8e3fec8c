"""Fixture: one server with two workers for all campaigns of a module, on each engine in turn."""

from collections.abc import Iterator

import pytest

from tests.support.databases import Databases
from tests.support.live_server import Served, served


@pytest.fixture(scope="module")
def server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with (
        databases.database() as url,
        served(folder, workers=2, GATEWAY_DATABASE_URL=url) as server,
    ):
        yield server
