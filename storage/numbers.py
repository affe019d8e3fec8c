"""Client numbers: from the account's counter, padded, skipping those that are taken."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice

import msgspec
from sqlalchemy import Connection, select

from .among import is_one_of
from .folding import folded_key
from .makers import Makers
from .tables import CLIENT

TRIES = 100
"""After so many taken numbers in a row the next one gets a random ending instead."""


class Counter(msgspec.Struct):
    """The account's counter while one transaction draws from it."""

    value: int
    padding: int

    def candidates(self) -> Iterator[tuple[int, str]]:
        for value in count(self.value):
            yield value, str(value).zfill(self.padding)


Taken = Callable[[Sequence[str]], set[str]]
"""Which of these folded numbers are in use."""


def taken_numbers(connection: Connection, account_id: int) -> Taken:
    def taken(folded: Sequence[str]) -> set[str]:
        statement = select(CLIENT.c.number_folded).where(
            CLIENT.c.account_id == account_id, is_one_of(CLIENT.c.number_folded, folded)
        )
        return set(connection.execute(statement).scalars())

    return taken


def draw(wanted: Sequence[str | None], counter: Counter, taken: Taken, makers: Makers) -> list[str]:
    """A number for every client: the wanted ones as they are, the others from the counter."""
    used = {folded_key(number) for number in wanted if number}
    fresh = iter(next_numbers(wanted.count(None), counter, used, taken, makers))
    return [number or next(fresh) for number in wanted]


def next_numbers(
    amount: int, counter: Counter, used: set[str], taken: Taken, makers: Makers
) -> list[str]:
    if not amount:
        return []
    tries = list(islice(counter.candidates(), amount + TRIES))
    gone = used | taken([number for _, number in tries])
    free = [(value, number) for value, number in tries if number not in gone][:amount]
    while len(free) < amount:
        value, number = tries[-1]
        free.append((value, f"{number}_{makers.random_text(5)}"))
    counter.value = free[-1][0] + 1
    return [number for _, number in free]
