"""Two accounts with different salts: equal serials have different ids, and nothing is shared."""

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from storage.model.commands import CreateAccount, CreateToken
from storage.model.queries import ClientQuery
from storage.store import Store
from tests.support.api_callers import Ninja


@pytest.fixture
def pair(database):
    store = Store.open(database)
    http = TestClient(create_app(store, Settings()))
    speakers = []
    for name in ("salt", "pepper"):
        store.create_account(CreateAccount(name=name, hash_salt=name))
        _, token = store.create_token(CreateToken(account=name, dialect="ninja"))
        speakers.append(Ninja(http, str(token)))
    yield store, *speakers
    store.close()


def test_equal_serials_have_different_ids(pair):
    store, salt, pepper = pair
    mine = [salt.created(name=str(n), contacts=[{"email": "a@x.io"}]) for n in range(3)]
    theirs = [pepper.created(name=str(n), contacts=[{"email": "a@x.io"}]) for n in range(3)]

    serials = [
        [c.serial for c in store.list_clients(account.id, ClientQuery()).records]
        for account in store.list_accounts()
    ]

    assert serials == [[1, 2, 3], [1, 2, 3]]
    assert not {c["id"] for c in mine} & {c["id"] for c in theirs}
    assert not {c["contacts"][0]["id"] for c in mine} & {c["contacts"][0]["id"] for c in theirs}


def test_an_id_of_one_account_is_missing_in_the_other(pair):
    _, salt, pepper = pair
    mine = salt.created(name="Mine")["id"]
    theirs = pepper.created(name="Theirs")["id"]

    foreign = pepper.get(f"/clients/{mine}")
    unknown = pepper.get("/clients/nonsense00")

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert pepper.shown(theirs)["name"] == "Theirs"
    assert [c["name"] for c in salt.listed()] == ["Mine"]
