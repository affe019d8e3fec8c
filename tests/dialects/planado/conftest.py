"""Fixtures for callers of this dialect, in addition to those for all dialects."""

from itertools import count

import pytest

from storage.model.commands import CreateAccount, CreateToken
from storage.store import Store
from tests.support.api_callers import Planado
from tests.support.asgi_client import AsgiClient

NUMBERS = count(1)


@pytest.fixture
def stranger(http: AsgiClient, store: Store) -> Planado:
    """A caller with another account in the same store."""
    account = store.create_account(CreateAccount(name=f"stranger {next(NUMBERS)}"))
    _, token = store.create_token(CreateToken(account=account.name, dialect="planado"))
    return Planado(http, str(token))
