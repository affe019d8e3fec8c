"""Demo clients for an account, up to a number; a second run adds only the missing ones."""

from collections.abc import Iterator

from storage import Account, ClientQuery, CreateAccount, Store

from .clients import DEMO_BATCH_SIZE, demo_clients


def get_or_create_account(store: Store, name: str) -> Account:
    """Return the account with a name; create it if there is none."""
    accounts = {account.name: account for account in store.list_accounts()}
    return accounts.get(name) or store.create_account(CreateAccount(name=name))


def count_clients(store: Store, account: Account) -> int:
    """Count the account's clients that are listed."""
    return store.list_clients(account.id, ClientQuery(limit=0)).total


def fill_account(store: Store, account: Account, start: int, stop: int) -> Iterator[int]:
    """Create demo clients `start` to `stop` - 1, and yield the size of each batch."""
    for first in range(start, stop, DEMO_BATCH_SIZE):
        batch = demo_clients(first, min(first + DEMO_BATCH_SIZE, stop))
        yield len(store.create_clients(account.id, batch))
