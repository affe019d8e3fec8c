"""What the laws are tried on."""

import pytest

from storage.store import Store


@pytest.fixture(scope="session")
def shelf(store: Store) -> Store:
    """One store for all examples of a law: each example gets an account of its own."""
    return store
