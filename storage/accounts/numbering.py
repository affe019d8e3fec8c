"""Client numbers: from the account's counter, padded, skipping those that are taken."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice

import msgspec
from sqlalchemy import Connection, bindparam, select

from storage.database.conditions import is_among, storable
from storage.database.fast_sql import statements
from storage.model.folding import folded_key
from storage.model.generators import Makers
from storage.schema.tables import CLIENT

TRIES = 100
"""After so many taken numbers in a row the next one gets a random ending instead."""


class Counter(msgspec.Struct):
    """The account's counter while one transaction draws from it; `kept` is how far the account
    has counted on already."""

    value: int
    kept: int
    padding: int

    def candidates(self) -> Iterator["Candidate"]:
        for value in count(self.value):
            yield value, str(value).zfill(self.padding)


Taken = Callable[[Sequence[str]], set[str]]
"""Which of these folded numbers are in use."""

IN_USE = select(CLIENT.c.number_folded).where(
    CLIENT.c.account_id == bindparam("account_id"), is_among(CLIENT.c.number_folded, "numbers")
)


def taken_numbers(connection: Connection, account_id: int) -> Taken:
    def taken(folded: Sequence[str]) -> set[str]:
        asked = {"account_id": account_id, "numbers": storable(folded)}
        return {row[0] for row in statements.rows(connection, IN_USE, asked)}

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
    tries, free = tried(amount, counter, used, taken)
    if len(free) < amount:
        tries, free = tried(amount + TRIES, counter, used, taken)
    del free[amount:]
    while len(free) < amount:
        value, number = tries[-1]
        free.append((value, f"{number}_{makers.random_text(5)}"))
    counter.value = free[-1][0] + 1
    return [number for _, number in free]


Candidate = tuple[int, str]


def tried(
    amount: int, counter: Counter, used: set[str], taken: Taken
) -> tuple[list[Candidate], list[Candidate]]:
    """So many candidates, and those of them that are free."""
    tries = list(islice(counter.candidates(), amount))
    gone = used | taken([number for _, number in tries])
    return tries, [(value, number) for value, number in tries if number not in gone]
