"""Fixtures: two accounts of one store. One is local, the other plays the remote service.

An Invoice Ninja is played by `OriginalNinja`, which answers as the original does.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from gateway.app import create_app
from gateway.settings import Settings
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateAccount, CreateToken
from storage.store import Store
from tests.conftest import CLOCK
from tests.gateway.migration.remote_stand_ins import BASE, InProcess, There, there
from tests.support.api_callers import Ninja, Planado, Speaker
from tests.support.asgi_client import AsgiClient
from tests.support.clock import Clock
from tests.support.original_ages import age_of
from tests.support.original_ninja import OriginalNinja

NUMBERS = count(1)
Open = Callable[..., There]
OpenAge = Callable[..., There]


@pytest.fixture(scope="session")
def original(store: Store) -> OriginalNinja:
    """The original Invoice Ninja over the same store; other APIs are ours as they are."""
    return OriginalNinja(create_app(store, Settings()), store, CLOCK)


@pytest.fixture(scope="session")
def services(original: OriginalNinja) -> Iterator[AsgiClient]:
    with AsgiClient(original) as http:
        yield http


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
    store: Store, services: AsgiClient, clock: Clock, new_account: Callable[..., Account]
) -> Iterator[Open]:
    """A function that opens a new or given account as a remote service with one dialect's API."""
    opened: list[There] = []

    def made(speaks: type[Speaker], account: Account | None = None, **options: object) -> There:
        account = account or new_account(**options)
        command = CreateToken(account=account.name, dialect=speaks.__name__.lower())
        _, token = store.create_token(command)
        speaker, transport = speaks(services, str(token)), InProcess(services, clock)
        opened.append(there(store, account, speaker, transport))
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
def open_age(store: Store, clock: Clock, new_account: Callable[..., Account]) -> Iterator[OpenAge]:
    """A function that opens an Invoice Ninja of a version: a new one, or the upgrade of `before`.

    `base` is its URL.
    """
    opened: list[tuple[AsgiClient, There, OriginalNinja]] = []

    def made(version: str, before: There | None = None, base: str = BASE) -> There:
        settings = Settings(environment={"GATEWAY_NINJA_VERSION": version})
        original = OriginalNinja(
            create_app(store, settings), store, lambda: clock.now, age_of(version)
        )
        account = before.account if before else new_account()
        for _, older, known in opened:
            if older is before:
                original.take_over(known)
        _, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))
        http = AsgiClient(original)
        service = there(store, account, Ninja(http, str(token)), InProcess(http, clock))
        opened.append((http, service._replace(base=before.base if before else base), original))
        return opened[-1][1]

    yield made
    for http, service, _ in opened:
        service.service.close()
        http.close()


@pytest.fixture
def planado_there(open_there: Open) -> There:
    return open_there(Planado)


@pytest.fixture(params=[Ninja, Planado])
def speaker_there(open_there: Open, request: pytest.FixtureRequest) -> There:
    """A remote service, with each of the APIs in turn."""
    return open_there(request.param)
