"""Fills an account with demo clients, up to a number: a second run adds only what is missing."""

from collections.abc import Iterator

from storage import Account, ClientQuery, CreateAccount, Store

from .clients import BATCH, demo_clients


def account_named(store: Store, name: str) -> Account:
    """The account, made when it is missing."""
    known = {account.name: account for account in store.list_accounts()}
    return known.get(name) or store.create_account(CreateAccount(name=name))


def present(store: Store, account: Account) -> int:
    return store.list_clients(account.id, ClientQuery(limit=0)).total


def fill(store: Store, account: Account, start: int, stop: int) -> Iterator[int]:
    """Create demo clients number `start` up to `stop`; yields how many each batch made."""
    for first in range(start, stop, BATCH):
        batch = demo_clients(first, min(first + BATCH, stop))
        yield len(store.create_clients(account.id, batch))
