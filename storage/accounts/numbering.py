"""Assigns client numbers from the account's counter, padded with zeros.

Numbers that are in use are skipped. A client with a provisional serial gets a provisional number,
such as `P-0001`: it stands until the service that numbers the clients gives it one.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice

import msgspec
from sqlalchemy import Connection, bindparam, select

from storage.database.conditions import in_bound_values, unique_storable
from storage.database.fast_sql import statements
from storage.model.folding import fold_key
from storage.model.generators import Generators
from storage.rules.provisional_ids import provisional_number
from storage.schema.tables import CLIENT

MAX_TRIES = 100
"""After so many further numbers that are in use, a number gets a random suffix instead."""


class NumberCounter(msgspec.Struct):
    """The account's number counter within one transaction.

    `value`: the next number. `stored_value`: the counter as it is stored in the account's row.
    """

    value: int
    stored_value: int
    padding: int

    def iter_candidates(self) -> Iterator["NumberCandidate"]:
        """Iterate over the counter's values without end, each with its padded number."""
        for value in count(self.value):
            yield value, str(value).zfill(self.padding)


FindUsed = Callable[[Sequence[str]], set[str]]
"""Returns the folded numbers that are in use, of those that are given."""

SELECT_USED_NUMBERS = select(CLIENT.c.number_folded).where(
    CLIENT.c.account_id == bindparam("account_id"),
    in_bound_values(CLIENT.c.number_folded, "numbers"),
)


def used_numbers_finder(connection: Connection, account_id: int) -> FindUsed:
    """Return a function that finds which folded numbers are in use in an account."""

    def find_used(folded_numbers: Sequence[str]) -> set[str]:
        values = {"account_id": account_id, "numbers": unique_storable(folded_numbers)}
        return {row[0] for row in statements.fetch_all(connection, SELECT_USED_NUMBERS, values)}

    return find_used


def with_provisional_numbers(
    requested: Sequence[str | None], serials: Sequence[int], find_used: FindUsed
) -> list[str | None]:
    """Return the requested numbers, with a provisional one for each client that needs it."""
    own = {n: provisional_number(s) for n, s in enumerate(serials) if requested[n] is None}
    keys = {n: fold_key(number) for n, number in own.items() if number}
    if not keys:
        return list(requested)
    used = find_used(list(keys.values())) | {fold_key(number) for number in requested if number}
    free = {n: own[n] for n, key in keys.items() if key not in used}
    return [free.get(n, number) for n, number in enumerate(requested)]


def assign_numbers(
    requested: Sequence[str | None],
    counter: NumberCounter,
    find_used: FindUsed,
    generators: Generators,
) -> list[str]:
    """Return a number for each client: the requested one, or the next one from the counter.

    The counter is moved on, but not saved.
    """
    requested_keys = {fold_key(number) for number in requested if number}
    new_numbers = iter(
        next_numbers(requested.count(None), counter, requested_keys, find_used, generators)
    )
    return [number or next(new_numbers) for number in requested]


def next_numbers(
    amount: int,
    counter: NumberCounter,
    requested_keys: set[str],
    find_used: FindUsed,
    generators: Generators,
) -> list[str]:
    """Return the next free numbers of the counter, and move the counter behind the last one.

    If too few of the next numbers are free, the rest get the last candidate with a random suffix.
    """
    if not amount:
        return []
    candidates, free = candidate_numbers(amount, counter, requested_keys, find_used)
    if len(free) < amount:
        candidates, free = candidate_numbers(amount + MAX_TRIES, counter, requested_keys, find_used)
    del free[amount:]
    while len(free) < amount:
        value, number = candidates[-1]
        free.append((value, f"{number}_{generators.random_text(5)}"))
    counter.value = free[-1][0] + 1
    return [number for _, number in free]


NumberCandidate = tuple[int, str]
"""A value of the counter, and the number that it becomes."""


def candidate_numbers(
    amount: int, counter: NumberCounter, requested_keys: set[str], find_used: FindUsed
) -> tuple[list[NumberCandidate], list[NumberCandidate]]:
    """Return the next candidates, and the candidates that are free."""
    candidates = list(islice(counter.iter_candidates(), amount))
    used = requested_keys | find_used([number for _, number in candidates])
    return candidates, [(value, number) for value, number in candidates if number not in used]
