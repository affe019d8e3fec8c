"""Client numbers: from the account's counter, padded, skipping those that are taken."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice

import msgspec
from sqlalchemy import Connection, bindparam, select

from storage.database.conditions import in_bound_values, unique_storable
from storage.database.fast_sql import statements
from storage.model.folding import fold_key
from storage.model.generators import Generators
from storage.schema.tables import CLIENT

TRIES = 100
"""After so many taken numbers in a row the next one gets a random ending instead."""


class NumberCounter(msgspec.Struct):
    """The account's counter while one transaction draws from it; `kept` is how far the account
    has counted on already."""

    value: int
    stored_value: int
    padding: int

    def iter_candidates(self) -> Iterator["NumberCandidate"]:
        for value in count(self.value):
            yield value, str(value).zfill(self.padding)


FindUsed = Callable[[Sequence[str]], set[str]]
"""Which of these folded numbers are in use."""

IN_USE = select(CLIENT.c.number_folded).where(
    CLIENT.c.account_id == bindparam("account_id"),
    in_bound_values(CLIENT.c.number_folded, "numbers"),
)


def used_numbers_finder(connection: Connection, account_id: int) -> FindUsed:
    def taken(folded: Sequence[str]) -> set[str]:
        asked = {"account_id": account_id, "numbers": unique_storable(folded)}
        return {row[0] for row in statements.fetch_all(connection, IN_USE, asked)}

    return taken


def assign_numbers(
    wanted: Sequence[str | None], counter: NumberCounter, taken: FindUsed, generators: Generators
) -> list[str]:
    """A number for every client: the wanted ones as they are, the others from the counter."""
    used = {fold_key(number) for number in wanted if number}
    fresh = iter(next_numbers(wanted.count(None), counter, used, taken, generators))
    return [number or next(fresh) for number in wanted]


def next_numbers(
    amount: int, counter: NumberCounter, used: set[str], taken: FindUsed, generators: Generators
) -> list[str]:
    if not amount:
        return []
    tries, free = candidate_numbers(amount, counter, used, taken)
    if len(free) < amount:
        tries, free = candidate_numbers(amount + TRIES, counter, used, taken)
    del free[amount:]
    while len(free) < amount:
        value, number = tries[-1]
        free.append((value, f"{number}_{generators.random_text(5)}"))
    counter.value = free[-1][0] + 1
    return [number for _, number in free]


NumberCandidate = tuple[int, str]


def candidate_numbers(
    amount: int, counter: NumberCounter, used: set[str], taken: FindUsed
) -> tuple[list[NumberCandidate], list[NumberCandidate]]:
    """So many candidates, and those of them that are free."""
    tries = list(islice(counter.iter_candidates(), amount))
    gone = used | taken([number for _, number in tries])
    return tries, [(value, number) for value, number in tries if number not in gone]
