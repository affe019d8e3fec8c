"""A claim to an idempotency key: key, effect and answer are committed together, or none of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, text

from storage.idempotency.claims import FindGroups, KeyClaim, StoredAnswer
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateClient, CreateGroup
from storage.model.errors import Conflict, NotFound
from storage.model.generators import Generators
from storage.store import Store
from tests.support.clock import Clock

SECONDS = 20
DONE = StoredAnswer(status=201, headers=(("etag", '"1"'),), body=b"\0\xff done")


def claim(account: Account, key: str = "k", **more: Any) -> KeyClaim:
    given = {"dialect": "ninja", "fingerprint": "f", "render": lambda _result, _find: DONE}
    return KeyClaim(account_id=account.id, key=key, **given | more)


def create(store: Store, given: KeyClaim) -> None:
    with store.claim_key(given):
        store.create_client(given.account_id, CreateClient())


def clients(store: Store, account: Account) -> int:
    return len(store.list_numbers(account.id))


def test_an_answer_is_found_as_it_was_stored(store: Store, account: Account) -> None:
    create(store, claim(account))

    known = store.find_answer(account.id, "ninja", "k")

    assert known is not None
    assert (known.fingerprint, known.answer) == ("f", DONE)


def test_a_key_is_claimed_once(store: Store, account: Account) -> None:
    create(store, claim(account))

    with pytest.raises(Conflict):
        create(store, claim(account, fingerprint="other"))

    assert clients(store, account) == 1
    known = store.find_answer(account.id, "ninja", "k")
    assert known is not None
    assert known.fingerprint == "f"


def test_a_write_that_fails_leaves_its_key_free(store: Store, account: Account) -> None:
    with pytest.raises(NotFound), store.claim_key(claim(account)):
        store.change_client(account.id, 999, lambda _: pytest.fail("there is no client"))

    assert store.find_answer(account.id, "ninja", "k") is None
    create(store, claim(account))
    assert clients(store, account) == 1


def test_a_write_whose_answer_cannot_be_made_is_undone(store: Store, account: Account) -> None:
    def fail(_result: object, _find: FindGroups) -> StoredAnswer:
        raise LookupError

    with pytest.raises(LookupError):
        create(store, claim(account, render=fail))

    assert clients(store, account) == 0
    assert store.find_answer(account.id, "ninja", "k") is None


def test_an_answer_reads_in_the_transaction_of_its_write(store: Store, account: Account) -> None:
    seen = []

    def render(result: Any, find_groups: FindGroups) -> StoredAnswer:
        seen.append(find_groups([result.serial])[result.serial].name)
        return DONE

    with store.claim_key(claim(account, render=render)):
        store.create_group(account.id, CreateGroup(name="Gute"))

    assert seen == ["Gute"]


def test_a_claim_is_for_one_write(store: Store, account: Account) -> None:
    with store.claim_key(claim(account)):
        store.create_client(account.id, CreateClient())
        with pytest.raises(AssertionError):
            store.create_client(account.id, CreateClient())

    assert clients(store, account) == 1


def test_a_write_waits_for_another_one_with_its_key(store: Store, account: Account) -> None:
    has_begun, may_end = Event(), Event()

    def wait(_connection: Connection) -> None:
        has_begun.set()
        may_end.wait(SECONDS)

    def write_slowly() -> None:
        with store.claim_key(claim(account)):
            store._write(wait)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(write_slowly)
        assert has_begun.wait(SECONDS)
        second = pool.submit(create, store, claim(account))
        with pytest.raises(TimeoutError):
            second.result(0.2)
        may_end.set()

    first.result(SECONDS)
    assert isinstance(second.exception(SECONDS), Conflict)
    assert clients(store, account) == 0


@pytest.fixture
def own_store(database: str, clock: Clock) -> Iterator[Store]:
    store = Store.open(database, Generators(clock=clock))
    yield store
    store.close()


def test_old_keys_are_deleted_a_few_at_a_time(own_store: Store, clock: Clock) -> None:
    account = own_store.create_account(CreateAccount(name="acme"))
    for n in range(5):
        create(own_store, claim(account, f"old {n}"))
    clock.stop(clock.now + timedelta(hours=24))

    left = []
    for n in range(4):
        create(own_store, claim(account, f"new {n}"))
        count = text("SELECT count(*) FROM idempotency_key WHERE key LIKE 'old %'")
        left.append(own_store._read(lambda c, s=count: c.execute(s).scalar_one()))

    assert left == [3, 1, 0, 0]
