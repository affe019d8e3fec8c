"""Fixtures for callers of this dialect, in addition to those for all dialects."""

from itertools import count

import pytest
from starlette.testclient import TestClient

from storage.model.commands import CreateAccount, CreateToken
from storage.store import Store
from tests.support.api_callers import Planado

NUMBERS = count(1)


@pytest.fixture
def stranger(http: TestClient, store: Store) -> Planado:
    """A caller with another account in the same store."""
    account = store.create_account(CreateAccount(name=f"stranger {next(NUMBERS)}"))
    _, token = store.create_token(CreateToken(account=account.name, dialect="planado"))
    return Planado(http, str(token))
