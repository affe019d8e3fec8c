"""Fixture: the store that the laws are tried on."""

import pytest

from storage.store import Store


@pytest.fixture(scope="session")
def shelf(store: Store) -> Store:
    """One store for all examples of a law. Each example gets its own account."""
    return store
