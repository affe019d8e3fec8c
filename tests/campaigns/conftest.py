"""One server with two workers for all campaigns of a module."""

from collections.abc import Iterator

import pytest

from tests.served import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served"), workers=2) as server:
        yield server
