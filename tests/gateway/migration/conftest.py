"""Fixtures: two accounts of one store. One is local, the other plays the remote service."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from starlette.testclient import TestClient

from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateAccount, CreateToken
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import InProcess, There, there
from tests.support.api_callers import Ninja, Planado, Speaker
from tests.support.clock import Clock

NUMBERS = count(1)
Open = Callable[..., There]


@pytest.fixture
def new_account(store: Store) -> Callable[..., Account]:
    def made(**options: object) -> Account:
        name = f"migration {next(NUMBERS)}"
        return store.create_account(CreateAccount(name=name, **options))

    return made


@pytest.fixture
def here(new_account: Callable[..., Account]) -> Account:
    return new_account()


@pytest.fixture
def open_there(
    store: Store, http: TestClient, clock: Clock, new_account: Callable[..., Account]
) -> Iterator[Open]:
    """A function that opens a new or given account as a remote service with one dialect's API."""
    opened: list[There] = []

    def made(speaks: type[Speaker], account: Account | None = None, **options: object) -> There:
        account = account or new_account(**options)
        command = CreateToken(account=account.name, dialect=speaks.__name__.lower())
        _, token = store.create_token(command)
        opened.append(there(store, account, speaks(http, str(token)), InProcess(http, clock)))
        return opened[-1]

    yield made
    for one in opened:
        one.service.close()


@pytest.fixture
def edit(store: Store) -> Callable[..., None]:
    """A function that changes a client of an account, as a caller of any API would."""

    def edited(owner: Account, serial: int, **fields: Any) -> None:
        store.change_client(owner.id, serial, lambda _record: ChangeClient(**fields))

    return edited


@pytest.fixture
def ninja_there(open_there: Open) -> There:
    return open_there(Ninja)


@pytest.fixture
def planado_there(open_there: Open) -> There:
    return open_there(Planado)


@pytest.fixture(params=[Ninja, Planado])
def speaker_there(open_there: Open, request: pytest.FixtureRequest) -> There:
    """A remote service, with each of the APIs in turn."""
    return open_there(request.param)
