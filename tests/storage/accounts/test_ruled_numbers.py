"""Numbers of clients that have a rule, created together with clients that have none."""

from datetime import datetime

from storage.model.accounts import Account
from storage.model.commands import CreateClient, ImportClient, NumberRule
from storage.store import Store


def rule(prefix: str, counter: int | None = None) -> NumberRule:
    def write(_now: datetime, value: str) -> str:
        return f"{prefix}{value}"

    return NumberRule(write=write, counter=counter)


def test_no_two_clients_of_one_transaction_get_the_same_number(
    store: Store, account: Account
) -> None:
    commands = [
        CreateClient(number_rule=rule("", counter=2)),
        CreateClient(),
        CreateClient(number_rule=rule("", counter=1)),
        CreateClient(number="0003"),
        CreateClient(number_rule=rule("C-")),
        CreateClient(),
    ]

    records = store.create_clients(account.id, commands)

    # The rules take 0002 and, beside the 0001 of the counter and the 0003 that was asked for, 0004.
    assert [record.number for record in records] == [
        "0002",
        "0001",
        "0004",
        "0003",
        "C-0002",
        "0005",
    ]


def test_the_counter_of_the_account_stands_behind_its_own_numbers_only(
    store: Store, account: Account
) -> None:
    commands = [CreateClient(number_rule=rule("C-", counter=70)), CreateClient()]
    store.create_clients(account.id, commands)

    assert store.create_client(account.id, ImportClient()).number == "0002"
