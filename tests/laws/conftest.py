"""How many examples a law gets: few in the suite, thousands in `make laws`."""

import os

import pytest
from hypothesis import HealthCheck, settings

from storage import Store

SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
settings.register_profile("suite", max_examples=200, deadline=None, suppress_health_check=SLOW)
settings.register_profile("campaign", max_examples=5000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def shelf(store: Store) -> Store:
    """One store for all examples of a law: each example gets an account of its own."""
    return store
