"""Fixture: one server with short deadlines for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.gateway.server.limited_server import LimitedServer, limited_server


@pytest.fixture(scope="module")
def server() -> Iterator[LimitedServer]:
    with limited_server() as server:
        yield server
